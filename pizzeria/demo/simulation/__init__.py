"""The demo's simulation: simulated guests, cooks and drivers, who act by the shop's own commands."""

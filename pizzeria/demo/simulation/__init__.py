"""The demo's life: guests, cooks and drivers who are not there, doing what they would do by the shop's own commands."""

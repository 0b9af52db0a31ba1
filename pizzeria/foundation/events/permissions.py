from pizzeria.foundation.actor import Permission

RELAY_EVENTS = Permission("events.relay_events")

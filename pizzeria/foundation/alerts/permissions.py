from pizzeria.foundation.actor import Permission

ACKNOWLEDGE_ALERTS = Permission("alerts.acknowledge_alerts")

from pizzeria.foundation.actor import Permission

MANAGE_WEBHOOKS = Permission("webhooks.manage_webhooks")

from pizzeria.foundation.actor import Permission

RESEND_NOTIFICATIONS = Permission("notifications.resend_notifications")

from pizzeria.foundation.actor import Permission

SEE_PAYMENTS = Permission("payments.view_paymentattempt")
REFUND = Permission("payments.refund")

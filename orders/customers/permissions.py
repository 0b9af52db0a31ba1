from pizzeria.foundation.actor import Permission

SEE_CUSTOMERS = Permission("customers.view_customer")

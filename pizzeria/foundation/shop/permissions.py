from pizzeria.foundation.actor import Permission

CHANGE_SHOP_SETTINGS = Permission("shop.change_settings")

"""The triggers by which the database refuses changes, beside its constraints."""

from django.db import connection

TRIGGERS = {
    ("events_storedevent", "event_append_only", "refuse_to_change_an_event"),
    ("menu_category", "category_name_is_its_own", "refuse_a_shared_name"),
    ("menu_pizza", "pizza_name_is_its_own", "refuse_a_shared_name"),
    ("menu_pizza", "pizza_slug_is_its_own", "refuse_a_shared_slug"),
    ("menu_simpleitem", "simple_item_name_is_its_own", "refuse_a_shared_name"),
    ("menu_simpleitem", "simple_item_slug_is_its_own", "refuse_a_shared_slug"),
    ("menu_size", "size_name_is_its_own", "refuse_a_shared_name"),
    ("menu_topping", "topping_name_is_its_own", "refuse_a_shared_name"),
    ("orders_order", "order_placed_whole", "refuse_half_an_order"),
    ("orders_order", "order_sums_add_up", "refuse_wrong_sums"),
    ("orders_orderadjustment", "order_adjustments_add_up", "refuse_wrong_sums"),
    ("payments_receipt", "receipt_append_only", "refuse_to_change_a_receipt"),
}
# Every table from which the menu's pages and prices are made.
MENU = {
    "menu_category",
    "menu_picture",
    "menu_pizza",
    "menu_pizza_recipe",
    "menu_scheduledprice",
    "menu_simpleitem",
    "menu_size",
    "menu_topping",
}
TRIGGERS |= {(table, "menu_change_is_marked", "mark_menu_change") for table in MENU}
TRIGGERS |= {(table, "menu_version_is_set", "set_menu_version") for table in MENU}  # deferred
TRIGGERS |= {(table, "menu_version_is_set_if_emptied", "set_menu_version") for table in MENU}
FUNCTIONS = {"menu_name_key"}  # beside those of the triggers


def test_the_database_has_these_triggers_and_functions_and_no_others(db):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT tgrelid::regclass::text, tgname, tgfoid::regproc::text FROM pg_trigger
            WHERE NOT tgisinternal ORDER BY 1, 2
            """
        )
        triggers = set(cursor.fetchall())
        cursor.execute(
            """
            SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')  -- of an extension
            """
        )
        functions = {name for (name,) in cursor.fetchall()}

    assert triggers == TRIGGERS
    assert functions == {function for _table, _name, function in TRIGGERS} | FUNCTIONS

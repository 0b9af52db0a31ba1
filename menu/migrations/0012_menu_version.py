from django.db import migrations, models

# Every table that pages and prices are made from. Renditions of a picture never change.
TABLES = (
    "menu_category",
    "menu_picture",
    "menu_pizza",
    "menu_pizza_recipe",
    "menu_scheduledprice",
    "menu_simpleitem",
    "menu_size",
    "menu_topping",
)

# Once per transaction, whatever it changes. A row that another transaction is writing is passed over, not waited for.
SET_MENU_VERSION = """
    CREATE OR REPLACE FUNCTION set_menu_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('menu.version_is_set', true) = 'on' THEN
            RETURN NULL;
        END IF;
        PERFORM set_config('menu.version_is_set', 'on', true);
        UPDATE menu_menuversion SET version = gen_random_uuid()
            WHERE id = (SELECT id FROM menu_menuversion ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
        IF NOT FOUND THEN
            INSERT INTO menu_menuversion (version) VALUES (gen_random_uuid());
        END IF;
        RETURN NULL;
    END $$;
"""

# By the mark a transaction that has changed the menu knows that no version is that of what it reads.
MARK_MENU_CHANGE = """
    CREATE FUNCTION mark_menu_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM set_config('menu.is_changed', 'on', true);
        RETURN NULL;
    END $$;
"""


def triggers_on(table: str) -> str:
    """Return the statements that create the triggers on a table. TRUNCATE deletes no single row, so it has its own."""
    return f"""
        CREATE TRIGGER menu_change_is_marked AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION mark_menu_change();
        CREATE CONSTRAINT TRIGGER menu_version_is_set AFTER INSERT OR UPDATE OR DELETE ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION set_menu_version();
        CREATE TRIGGER menu_version_is_set_if_emptied AFTER TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION set_menu_version();
    """


def without_triggers_on(table: str) -> str:
    return f"""
        DROP TRIGGER menu_change_is_marked ON {table};
        DROP TRIGGER menu_version_is_set ON {table};
        DROP TRIGGER menu_version_is_set_if_emptied ON {table};
    """


class Migration(migrations.Migration):
    dependencies = [
        ("menu", "0011_learned_minutes"),
    ]

    operations = [
        migrations.CreateModel(
            name="MenuVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.UUIDField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(
            sql="".join(
                [
                    SET_MENU_VERSION,
                    MARK_MENU_CHANGE,
                    *map(triggers_on, TABLES),
                    "INSERT INTO menu_menuversion (version) VALUES (gen_random_uuid());",
                ]
            ),
            reverse_sql="".join(
                [
                    *map(without_triggers_on, TABLES),
                    "DROP FUNCTION mark_menu_change();",
                    "DROP FUNCTION set_menu_version();",
                ]
            ),
        ),
    ]

from django.db import migrations

# A trigger by table, with the tables among whose rows a name is to be unique.
TABLES = {
    "category": "'menu_category'",
    "size": "'menu_size'",
    "topping": "'menu_topping'",
    "pizza": "'menu_pizza', 'menu_simpleitem'",
    "simple_item": "'menu_pizza', 'menu_simpleitem'",
}
CREATE_FUNCTIONS = r"""
    CREATE FUNCTION menu_name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT lower(btrim(regexp_replace(normalize(visible, NFKC), '\s+', ' ', 'g')))
        FROM translate(name, E'\u00ad\u200b\u200c\u200d\u2060\ufeff', '') visible
    $$;

    CREATE FUNCTION refuse_a_shared_name() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        other_table text;
        is_taken boolean;
    BEGIN
        IF TG_OP = 'UPDATE' AND menu_name_key(OLD.name) = menu_name_key(NEW.name) THEN
            RETURN NEW;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('menu.name'), hashtext(menu_name_key(NEW.name)));
        FOREACH other_table IN ARRAY TG_ARGV LOOP
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM %I WHERE menu_name_key(name) = menu_name_key($1))', other_table
            ) INTO is_taken USING NEW.name;
            IF is_taken THEN
                RAISE EXCEPTION 'something else on the menu is called %', NEW.name
                    USING ERRCODE = 'unique_violation';
            END IF;
        END LOOP;
        RETURN NEW;
    END $$;
"""
DROP_FUNCTIONS = "DROP FUNCTION refuse_a_shared_name(); DROP FUNCTION menu_name_key(text);"
CREATE_TRIGGERS = "".join(
    f"""
    CREATE TRIGGER {name}_name_is_its_own BEFORE INSERT OR UPDATE OF name ON menu_{name.replace("_", "")}
        FOR EACH ROW EXECUTE FUNCTION refuse_a_shared_name({tables});
    """
    for name, tables in TABLES.items()
)
DROP_TRIGGERS = "".join(f"DROP TRIGGER {name}_name_is_its_own ON menu_{name.replace('_', '')};" for name in TABLES)


class Migration(migrations.Migration):
    """
    Names that people take for the same belong to one row.

    Names that two rows have already stay until one of them gets another: a shop decides that for itself.
    """

    dependencies = [("menu", "0004_larger_prices")]

    operations = [
        migrations.RunSQL(sql=CREATE_FUNCTIONS, reverse_sql=DROP_FUNCTIONS),
        migrations.RunSQL(sql=CREATE_TRIGGERS, reverse_sql=DROP_TRIGGERS),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    """Pizzas and extras live under one kind of address: a slug belongs to one of them."""

    dependencies = [("menu", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION refuse_a_shared_slug() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock(hashtext('menu.slug'), hashtext(NEW.slug));
                IF TG_TABLE_NAME = 'menu_pizza' AND EXISTS (SELECT 1 FROM menu_simpleitem WHERE slug = NEW.slug)
                OR TG_TABLE_NAME = 'menu_simpleitem' AND EXISTS (SELECT 1 FROM menu_pizza WHERE slug = NEW.slug) THEN
                    RAISE EXCEPTION 'something else on the menu is called %', NEW.slug
                        USING ERRCODE = 'unique_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER pizza_slug_is_its_own BEFORE INSERT OR UPDATE OF slug ON menu_pizza
                FOR EACH ROW EXECUTE FUNCTION refuse_a_shared_slug();
            CREATE TRIGGER simple_item_slug_is_its_own BEFORE INSERT OR UPDATE OF slug ON menu_simpleitem
                FOR EACH ROW EXECUTE FUNCTION refuse_a_shared_slug();
            """,
            reverse_sql="""
            DROP TRIGGER pizza_slug_is_its_own ON menu_pizza;
            DROP TRIGGER simple_item_slug_is_its_own ON menu_simpleitem;
            DROP FUNCTION refuse_a_shared_slug();
            """,
        )
    ]

from django.db import migrations


class Migration(migrations.Migration):
    """
    No order without what `order.placed` fills in.

    The row is written before the kitchen is asked, so the columns are nullable and this is checked at commit.
    """

    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION refuse_half_an_order() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE placed orders_order%ROWTYPE;
            BEGIN
                SELECT * INTO placed FROM orders_order WHERE id = NEW.id;
                IF FOUND AND (placed.seq = 0 OR num_nulls(
                    placed.number, placed.business_date, placed.placed_at, placed.promise_from, placed.promise_until,
                    placed.lines_total, placed.discount, placed.delivery_fee, placed.tip,
                    placed.tax, placed.tax_percent, placed.tax_included, placed.total
                ) > 0) THEN
                    RAISE EXCEPTION 'order % was never placed', NEW.ref USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER order_placed_whole AFTER INSERT OR UPDATE ON orders_order
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_half_an_order();
            """,
            reverse_sql="""
            DROP TRIGGER order_placed_whole ON orders_order;
            DROP FUNCTION refuse_half_an_order();
            """,
        )
    ]

from django.db import migrations


class Migration(migrations.Migration):
    """
    No order without what `order.placed` fills in, and none whose adjustments or taxes do not add up.

    The row is written before the kitchen is called, so the columns are nullable and this is checked at commit.
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
                    placed.lines_total, placed.adjustments_total,
                    placed.tax_total, placed.tax_lines, placed.tax_included, placed.total
                ) > 0) THEN
                    RAISE EXCEPTION 'order % was never placed', NEW.ref USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER order_placed_whole AFTER INSERT OR UPDATE ON orders_order
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_half_an_order();

            CREATE FUNCTION refuse_wrong_sums() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE placed orders_order%ROWTYPE;
            BEGIN
                IF TG_TABLE_NAME = 'orders_order' THEN
                    SELECT * INTO placed FROM orders_order WHERE id = NEW.id;
                ELSE
                    SELECT * INTO placed FROM orders_order WHERE id = coalesce(NEW.order_id, OLD.order_id);
                END IF;
                IF placed.adjustments_total <> (
                    SELECT coalesce(sum(amount), 0) FROM orders_orderadjustment WHERE order_id = placed.id
                ) OR placed.tax_total <> (
                    SELECT coalesce(sum((line ->> 'tax')::numeric), 0) FROM jsonb_array_elements(placed.tax_lines) line
                ) THEN
                    RAISE EXCEPTION 'the parts of the total of order % do not add up', placed.ref
                        USING ERRCODE = 'check_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER order_sums_add_up
                AFTER INSERT OR UPDATE OF adjustments_total, tax_total, tax_lines ON orders_order
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_sums();
            CREATE CONSTRAINT TRIGGER order_adjustments_add_up
                AFTER INSERT OR UPDATE OR DELETE ON orders_orderadjustment
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_sums();
            """,
            reverse_sql="""
            DROP TRIGGER order_adjustments_add_up ON orders_orderadjustment;
            DROP TRIGGER order_sums_add_up ON orders_order;
            DROP FUNCTION refuse_wrong_sums();
            DROP TRIGGER order_placed_whole ON orders_order;
            DROP FUNCTION refuse_half_an_order();
            """,
        )
    ]

from decimal import Decimal

import django.db.models.functions.datetime
from django.db import migrations, models

AMOUNTS = (
    ("order", "lines_total", {"null": True}),
    ("order", "adjustments_total", {"null": True}),
    ("order", "tax_total", {"null": True}),
    ("order", "total", {"null": True}),
    ("order", "paid", {"default": Decimal("0.00")}),
    ("orderline", "unit_price", {}),
    ("orderadjustment", "amount", {}),
)

# PostgreSQL changes no type of a column that a trigger names. More digits before the point rewrite no row.
DROP_TRIGGER = "DROP TRIGGER order_sums_add_up ON orders_order"
CREATE_TRIGGER = """
    CREATE CONSTRAINT TRIGGER order_sums_add_up
        AFTER INSERT OR UPDATE OF adjustments_total, tax_total, tax_lines ON orders_order
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_wrong_sums()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_orderline_declaration"),
    ]

    operations = [
        migrations.AddField(
            model_name="basket",
            name="used_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.RunSQL(DROP_TRIGGER, reverse_sql=CREATE_TRIGGER),
        *(
            migrations.AlterField(
                model_name=model,
                name=name,
                field=models.DecimalField(max_digits=12, decimal_places=2, **options),
            )
            for model, name, options in AMOUNTS
        ),
        migrations.RunSQL(CREATE_TRIGGER, reverse_sql=DROP_TRIGGER),
    ]

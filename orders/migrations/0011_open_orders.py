from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_payments"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ("pending", "confirmed", "cooking", "ready", "delivering"))),
                fields=["id"],
                name="order_open",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_triggers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["delivered_at"], name="order_delivered_at"),
        ),
    ]

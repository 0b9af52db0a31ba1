from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0013_offers_with_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="basketline",
            name="shown_price",
            field=models.DecimalField(max_digits=20, decimal_places=2, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kitchen", "0004_pizzas_and_business_date"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="driving_minutes",
            field=models.PositiveSmallIntegerField(null=True),
        ),
    ]

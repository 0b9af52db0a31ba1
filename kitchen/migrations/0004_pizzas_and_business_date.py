import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kitchen", "0003_ticket_previous_state"),
    ]

    operations = [
        migrations.AddField(
            model_name="kitchen",
            name="max_open_pizzas",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)]
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="pizzas",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="ticket",
            name="business_date",
            field=models.DateField(null=True),
        ),
        migrations.AddConstraint(
            model_name="kitchen",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_open_pizzas__gte", 1)), name="kitchen_has_room_for_pizzas"
            ),
        ),
    ]

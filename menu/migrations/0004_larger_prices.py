from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models

import menu.models

PRICE = {"max_digits": 10, "decimal_places": 2, "validators": [MinValueValidator(Decimal("0.00"))]}


class Migration(migrations.Migration):
    """More digits before the point rewrite no row."""

    dependencies = [
        ("menu", "0003_allergens_declared"),
    ]

    operations = [
        migrations.AlterField("pizza", "base_price", models.DecimalField(**PRICE)),
        migrations.AlterField("simpleitem", "price", models.DecimalField(**PRICE)),
        migrations.AlterField(
            "topping", "price", models.DecimalField(default=menu.models.usual_topping_price, **PRICE)
        ),
        migrations.AlterField(
            model_name="size",
            name="factor",
            field=models.DecimalField(
                verbose_name="price factor",
                max_digits=4,
                decimal_places=2,
                validators=[MinValueValidator(Decimal("0.10")), MaxValueValidator(Decimal("10.00"))],
                help_text="The small pizza's price times this is the price in this size.",
            ),
        ),
    ]

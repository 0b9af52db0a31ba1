from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0002_limits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="shopsettings",
            name="total_per_order",
            field=models.DecimalField(
                verbose_name="total of one order",
                max_digits=12,
                decimal_places=2,
                validators=[django.core.validators.MinValueValidator(0)],
                help_text="Above it the guest is asked to call. 0: any total.",
                db_default=Decimal(500),
            ),
        ),
    ]

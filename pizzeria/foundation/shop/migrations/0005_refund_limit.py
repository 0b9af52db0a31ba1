from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0004_phone_without_extension"),
    ]

    operations = [
        migrations.AddField(
            model_name="shopsettings",
            name="refund_limit",
            field=models.DecimalField(
                verbose_name="refunds by one manager",
                max_digits=12,
                decimal_places=2,
                validators=[django.core.validators.MinValueValidator(0)],
                help_text=(
                    "Of one order, all its refunds together. Above it a second manager has to approve. "
                    "0: no refund needs a second manager."
                ),
                db_default=Decimal(50),
            ),
        ),
    ]

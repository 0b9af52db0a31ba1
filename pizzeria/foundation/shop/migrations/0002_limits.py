from decimal import Decimal

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="shopsettings",
            name="pizzas_per_order",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                help_text="Above it the guest is asked to call. 0: any number.",
                validators=[django.core.validators.MaxValueValidator(1000)],
                verbose_name="pizzas in one order",
            ),
        ),
        migrations.AddField(
            model_name="shopsettings",
            name="total_per_order",
            field=models.DecimalField(
                db_default=Decimal("500"),
                decimal_places=2,
                help_text="Above it the guest is asked to call. 0: any total.",
                max_digits=9,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="total of one order",
            ),
        ),
        migrations.AddField(
            model_name="shopsettings",
            name="open_orders_per_phone",
            field=models.PositiveSmallIntegerField(
                db_default=3,
                help_text="Beyond it a guest without an account has to prove the number. 0: any number.",
                validators=[django.core.validators.MaxValueValidator(1000)],
                verbose_name="open orders with one phone number",
            ),
        ),
        migrations.AddField(
            model_name="shopsettings",
            name="guest_share_percent",
            field=models.PositiveSmallIntegerField(
                db_default=25,
                help_text=("Beyond it guests without an account have to prove the phone number. 0: any share."),
                validators=[django.core.validators.MaxValueValidator(100)],
                verbose_name="share of the kitchen for one connection, in percent",
            ),
        ),
        migrations.AddField(
            model_name="shopsettings",
            name="every_guest_proves_phone",
            field=models.BooleanField(
                db_default=False,
                help_text="For an evening with false orders: nobody orders without a code by SMS or an account.",
                verbose_name="every guest proves the phone number",
            ),
        ),
    ]

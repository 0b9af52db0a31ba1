import django.core.validators
from django.db import migrations, models

import pizzeria.foundation.mail.addresses


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0005_refund_limit"),
    ]

    operations = [
        migrations.AddField(
            model_name="shopsettings",
            name="daily_email_to",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text=(
                    "E-mail addresses with commas between them, ten at most. Each gets yesterday's figures every "
                    "morning. Empty: nobody."
                ),
                max_length=1000,
                validators=[pizzeria.foundation.mail.addresses.refuse_invalid_addresses],
                verbose_name="daily e-mail to",
            ),
        ),
        migrations.AddField(
            model_name="shopsettings",
            name="vip_orders",
            field=models.PositiveSmallIntegerField(
                db_default=10,
                help_text="Of one customer within 365 days; the report of the customers marks them.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1000),
                ],
                verbose_name="orders that make a VIP",
            ),
        ),
        migrations.AddField(
            model_name="shopsettings",
            name="waiting_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=15,
                help_text=(
                    "The overview shows an order that is not started, or not taken once it is ready, for so long."
                ),
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(240)],
                verbose_name="minutes until an order waits too long",
            ),
        ),
    ]

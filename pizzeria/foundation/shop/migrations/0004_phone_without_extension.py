import phonenumber_field.modelfields
from django.db import migrations

import pizzeria.foundation.phones


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0003_larger_total"),
    ]

    operations = [
        migrations.AlterField(
            model_name="shopsettings",
            name="phone",
            field=phonenumber_field.modelfields.PhoneNumberField(
                verbose_name="phone",
                blank=True,
                max_length=128,
                region=None,
                validators=[pizzeria.foundation.phones.refuse_extension],
                help_text="For guests to call, with the country code.",
            ),
        ),
    ]

from django.db import migrations, models

import pizzeria.foundation.mail.addresses


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0006_overview_and_daily_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="shopsettings",
            name="alerts_email_to",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text=(
                    "E-mail addresses with commas between them, ten at most. Each gets the alerts that need a manager "
                    "at once, such as a ticket that no cook has seen. Empty: nobody."
                ),
                max_length=1000,
                validators=[pizzeria.foundation.mail.addresses.refuse_invalid_addresses],
                verbose_name="alerts by e-mail to",
            ),
        ),
    ]

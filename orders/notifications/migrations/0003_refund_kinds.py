from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_notification_sms_sent"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("placed", "placed"),
                    ("confirmed", "confirmed"),
                    ("cooking", "in the oven"),
                    ("ready", "ready"),
                    ("out_for_delivery", "on the way"),
                    ("delivered", "delivered"),
                    ("cancelled", "cancelled"),
                    ("refund_requested", "payment sent back"),
                    ("refunded", "refunded"),
                    ("promise_changed", "promise changed"),
                ],
                max_length=20,
            ),
        ),
    ]

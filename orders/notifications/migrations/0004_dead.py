from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_refund_kinds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(condition=models.Q(("state", "dead")), fields=["created_at"], name="notification_dead"),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kitchen", "0002_remove_unread_columns"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="previous_state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("held", "being paid"),
                    ("scheduled", "for later"),
                    ("waiting", "waiting"),
                    ("cooking", "cooking"),
                    ("ready", "ready"),
                    ("gone", "gone"),
                    ("withdrawn", "withdrawn"),
                ],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="previous_state_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ticket",
            name="previous_state_changed_by",
            field=models.CharField(blank=True, db_default="", max_length=32),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["state_changed_by", "state_changed_at"], name="ticket_by_actor"),
        ),
    ]

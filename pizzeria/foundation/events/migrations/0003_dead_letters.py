from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_triggers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outboxentry",
            index=models.Index(
                condition=models.Q(("dead_lettered_at__isnull", False), ("discard_reason", "")),
                fields=["dead_lettered_at"],
                name="outbox_entry_dead",
            ),
        ),
    ]

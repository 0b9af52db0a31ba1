from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEXES = {
    "storedevent": models.Index(
        condition=models.Q(("stream", "order"), _negated=True), fields=["stream", "-id"], name="event_by_stream"
    ),
    "outboxentry": models.Index(
        condition=models.Q(("discard_reason", ""), _negated=True), fields=["-event"], name="outbox_entry_discarded"
    ),
}


class Migration(migrations.Migration):
    """
    Build the indexes beside a shop that goes on taking orders.

    A build waits for older transactions; one that was interrupted leaves an invalid index, which is built anew.
    """

    atomic = False

    dependencies = [
        ("events", "0003_dead_letters"),
    ]

    operations = [
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}", migrations.RunSQL.noop)
            for index in INDEXES.values()
        ),
        *(AddIndexConcurrently(model_name=model, index=index) for model, index in INDEXES.items()),
        migrations.RunSQL("RESET lock_timeout", migrations.RunSQL.noop),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEXES = [
    models.Index(condition=models.Q(("slot_at__isnull", False)), fields=["kitchen", "slot_at"], name="ticket_by_slot"),
    models.Index(
        condition=models.Q(("state__in", ("ready", "gone"))),
        fields=["kitchen", "-state_changed_at"],
        name="ticket_finished",
    ),
    models.Index(
        condition=models.Q(("unacknowledged_change", ""), _negated=True), fields=["kitchen"], name="ticket_with_change"
    ),
]


class Migration(migrations.Migration):
    """
    Build the indexes beside a shop that goes on cooking.

    A build waits for older transactions; one that was interrupted leaves an invalid index, which is built anew.
    """

    atomic = False

    dependencies = [
        ("kitchen", "0006_later_orders_screens_and_hours"),
    ]

    operations = [
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}", migrations.RunSQL.noop)
            for index in INDEXES
        ),
        *(AddIndexConcurrently(model_name="ticket", index=index) for index in INDEXES),
        migrations.RunSQL("RESET lock_timeout", migrations.RunSQL.noop),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """
    Build the indexes beside a shop that goes on taking orders.

    A build waits for older transactions; one that was interrupted leaves an invalid index, which is built anew.
    """

    atomic = False

    dependencies = [
        ("orders", "0004_guest_limits"),
    ]

    operations = [
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS contact_by_phone", migrations.RunSQL.noop),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS contact_by_client", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="ordercontact",
            index=models.Index(fields=["phone"], name="contact_by_phone"),
        ),
        AddIndexConcurrently(
            model_name="ordercontact",
            index=models.Index(
                condition=models.Q(("client", ""), _negated=True), fields=["client"], name="contact_by_client"
            ),
        ),
        migrations.RunSQL("RESET lock_timeout", migrations.RunSQL.noop),
    ]

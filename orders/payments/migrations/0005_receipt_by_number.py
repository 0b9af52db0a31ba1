from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEX = models.Index(fields=["number"], name="receipt_by_number")


class Migration(migrations.Migration):
    """
    Build the index beside a shop that goes on taking orders.

    A build waits for older transactions; one that was interrupted leaves an invalid index, which is built anew.
    """

    atomic = False

    dependencies = [
        ("payments", "0004_days_of_payments"),
    ]

    operations = [
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX.name}", migrations.RunSQL.noop),
        AddIndexConcurrently(model_name="receipt", index=INDEX),
        migrations.RunSQL("RESET lock_timeout", migrations.RunSQL.noop),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Build the indexes beside a shop that goes on taking orders."""

    atomic = False

    dependencies = [
        ("orders", "0004_guest_limits"),
    ]

    operations = [
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
    ]

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Check the tickets of before against the constraints of 0006, beside a shop that goes on cooking."""

    dependencies = [
        ("kitchen", "0007_ticket_indexes"),
    ]

    operations = [
        ValidateConstraint(model_name="ticket", name="ticket_scheduled_has_a_time"),
        ValidateConstraint(model_name="ticket", name="ticket_change_known"),
    ]

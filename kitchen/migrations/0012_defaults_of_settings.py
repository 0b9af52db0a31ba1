from django.db import migrations, models


class Migration(migrations.Migration):
    """A kitchen that is not saved, as a simulation has it, has the same settings as a new row. Changes no column."""

    dependencies = [("kitchen", "0007_ticket_indexes")]

    operations = [
        migrations.AlterField(
            model_name="kitchen",
            name="later_days",
            field=models.PositiveSmallIntegerField(db_default=2, default=2),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="lead_minutes",
            field=models.PositiveSmallIntegerField(db_default=10, default=10),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="warning_minutes",
            field=models.PositiveSmallIntegerField(db_default=5, default=5),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="late_minutes",
            field=models.PositiveSmallIntegerField(db_default=5, default=5),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="unseen_seconds",
            field=models.PositiveSmallIntegerField(db_default=30, default=30),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="stops_without_screen",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="shows_cook",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="kitchen",
            name="uses_learned_minutes",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]

from django.db import migrations, models

# An item without allergens may have none, or nobody may have entered them yet: the admin asks at the next edit.
DECLARE = "UPDATE menu_{table} SET allergens_declared = TRUE WHERE allergens <> '{{}}'"
TABLES = ("topping", "pizza", "simpleitem")


class Migration(migrations.Migration):
    dependencies = [
        ("menu", "0002_triggers"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=table,
                name="allergens_declared",
                field=models.BooleanField(db_default=False, editable=False),
            )
            for table in TABLES
        ),
        *(migrations.RunSQL(DECLARE.format(table=table), migrations.RunSQL.noop) for table in TABLES),
    ]

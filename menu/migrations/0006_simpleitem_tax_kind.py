from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("menu", "0005_names_are_unique"),
    ]

    operations = [
        migrations.AddField(
            model_name="simpleitem",
            name="tax_kind",
            field=models.CharField(
                choices=[("food", "food"), ("drink", "drink")],
                db_default="food",
                default="food",
                max_length=8,
                verbose_name="taxed as",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_contact_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="orderline",
            name="declaration",
            field=models.JSONField(null=True),
        ),
    ]

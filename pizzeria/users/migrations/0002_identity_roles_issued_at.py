from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("users", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="roles_issued_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]

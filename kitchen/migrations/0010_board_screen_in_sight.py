from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kitchen", "0007_ticket_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="boardscreen",
            name="last_visible_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="boardscreen",
            name="behind_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterModelOptions(
            name="boardscreen",
            options={
                "default_permissions": (),
                "verbose_name": "screen of the board",
                "verbose_name_plural": "screens of the board",
            },
        ),
    ]

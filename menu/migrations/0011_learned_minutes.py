from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("menu", "0010_pictures"),
    ]

    operations = [
        migrations.AddField(
            model_name="pizza",
            name="learned_minutes",
            field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="pizza",
            name="learned_from",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="pizza",
            name="learned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertEmail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipient", models.CharField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "to be sent"),
                            ("sent", "sent"),
                            ("dead", "dead: will not be tried again"),
                            ("expired", "expired"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("alerts", models.ManyToManyField(related_name="emails", to="alerts.alert")),
            ],
            options={
                "verbose_name": "e-mail about alerts",
                "verbose_name_plural": "e-mails about alerts",
                "default_permissions": (),
                "indexes": [
                    models.Index(condition=models.Q(("state", "queued")), fields=["due_at"], name="alert_email_due")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sent", "dead", "expired"])),
                        name="alert_email_state_known",
                    )
                ],
            },
        ),
    ]

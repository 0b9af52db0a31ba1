import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
        ("orders", "0002_placed_whole"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("placed", "placed"),
                            ("confirmed", "confirmed"),
                            ("cooking", "in the oven"),
                            ("ready", "ready"),
                            ("out_for_delivery", "on the way"),
                            ("delivered", "delivered"),
                            ("cancelled", "cancelled"),
                            ("promise_changed", "promised anew"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("in_app", "on the page"), ("email", "e-mail"), ("sms", "SMS")], max_length=8
                    ),
                ),
                ("recipient", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "to be sent"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "failed, will be tried again"),
                            ("dead", "dead: will not be tried again"),
                            ("expired", "no news any more"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("news_since", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("unanswered", models.PositiveSmallIntegerField(default=0)),
                ("provider_id", models.CharField(blank=True, max_length=120)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("dismissed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="events.event"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="orders.order"
                    ),
                ),
            ],
            options={
                "permissions": [("send_notices_again", "Can send notices again")],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "failed", "sending"))),
                        fields=["due_at"],
                        name="notice_due",
                    ),
                    models.Index(
                        condition=models.Q(("channel", "in_app")),
                        fields=["recipient", "-id"],
                        name="notice_on_the_page",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "channel", "recipient"), name="notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "sending", "sent", "failed", "dead", "expired"])),
                        name="notice_state_known",
                    ),
                ],
            },
        ),
    ]

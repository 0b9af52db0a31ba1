import django.db.models.deletion
import phonenumber_field.modelfields
from django.db import migrations, models

import pizzeria.foundation.ids


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_order_delivered_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="ordercontact",
            name="client",
            field=models.CharField(blank=True, db_default="", max_length=32),
        ),
        migrations.CreateModel(
            name="PhoneProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ("phone", phonenumber_field.modelfields.PhoneNumberField(max_length=128, region=None)),
                ("requested_at", models.DateTimeField(db_index=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("wrong_codes", models.PositiveSmallIntegerField(default=0)),
                ("proved_at", models.DateTimeField(null=True)),
                (
                    "basket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.basket"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["sent_at"], name="phone_proof_sent"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False), ("sent_at", None)),
                        fields=["due_at"],
                        name="phone_proof_to_be_sent",
                    ),
                ],
            },
        ),
    ]

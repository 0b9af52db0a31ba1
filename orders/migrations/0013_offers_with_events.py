from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models

import pizzeria.foundation.ids


def _ref(**options: Any) -> "models.UUIDField[Any, Any]":
    return models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True, **options)


def _aggregate(model: str) -> list[Any]:
    """Return the operations that give each row a ref of its own, and its number of events."""
    return [
        migrations.AddField(model, "ref", _ref(db_default=RandomUUID())),
        migrations.AlterField(model, "ref", _ref()),
        migrations.AddField(model, "seq", models.PositiveIntegerField(default=0, editable=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_search_indexes")]

    operations = [
        *_aggregate("deliveryzone"),
        *_aggregate("coupon"),
        migrations.AlterField(
            "coupon",
            "is_active",
            models.BooleanField(default=True, help_text="Unticked: nobody can use it.", verbose_name="in force"),
        ),
        migrations.AlterField(
            "coupon",
            "valid_from",
            models.DateTimeField(blank=True, help_text="Empty: from now on.", null=True),
        ),
        migrations.AlterField(
            "coupon",
            "valid_until",
            models.DateTimeField(blank=True, help_text="Empty: until it is no longer in force.", null=True),
        ),
    ]

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("orders", "0007_basket_used_at_and_larger_amounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="price_trace",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="tax_rate",
            field=models.DecimalField(decimal_places=4, max_digits=7, null=True),
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        help_text="What guests type; they may type small letters.",
                        max_length=30,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z0-9-]+\\Z", "Capital letters, digits and hyphens only."
                            )
                        ],
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in force")),
                (
                    "kind",
                    models.CharField(
                        choices=[("fixed", "a fixed amount"), ("percent", "a percentage")],
                        default="fixed",
                        max_length=8,
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="The amount, or the percentage, that is taken off food and drinks.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="Of food and drinks. 0: any order.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                        verbose_name="least order",
                    ),
                ),
                ("valid_from", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                (
                    "max_uses",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Empty: any number. Cancelled orders do not count.",
                        null=True,
                        verbose_name="uses in all",
                    ),
                ),
                (
                    "max_uses_per_customer",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="By account, or by phone number for guests without one. Empty: any number.",
                        null=True,
                        verbose_name="uses per customer",
                    ),
                ),
                ("uses", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        help_text="Only for them. Empty: for all.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="CouponUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_back_at", models.DateTimeField(null=True)),
                (
                    "coupon",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="order_uses", to="orders.coupon"
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="coupon_use", to="orders.order"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DeliveryZone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(help_text="Stays when the name changes: orders refer to it.", unique=True)),
                ("name", models.CharField(max_length=60)),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Unticked: nothing is brought there.", verbose_name="delivered to"
                    ),
                ),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                        verbose_name="delivery fee",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.00"),
                        help_text="Of food and drinks, before a discount. 0: any order.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                        verbose_name="least order",
                    ),
                ),
                (
                    "free_from",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="From this total of food and drinks on there is no fee. Empty: there always is.",
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.00"))],
                        verbose_name="free from",
                    ),
                ),
                (
                    "driving_minutes",
                    models.PositiveSmallIntegerField(
                        help_text="From the counter.",
                        validators=[django.core.validators.MaxValueValidator(240)],
                        verbose_name="minutes for driving",
                    ),
                ),
            ],
            options={
                "ordering": ["fee", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fee__gte", 0),
                            ("minimum__gte", 0),
                            models.Q(("free_from", None), ("free_from__gte", 0), _connector="OR"),
                        ),
                        name="delivery_zone_amounts_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryPostalCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True)),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="postal_codes",
                        to="orders.deliveryzone",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PriceCheckRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("checked_until", models.DateTimeField()),
                ("orders", models.PositiveIntegerField()),
                ("differences", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["-checked_until"], name="price_check_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(condition=models.Q(("value__gt", 0)), name="coupon_has_a_value"),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "percent"), _negated=True), ("value__lte", 100), _connector="OR"),
                name="coupon_percentage_at_most_100",
                violation_error_message="A percentage is 100 at most.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_uses", None), ("uses__lte", models.F("max_uses")), _connector="OR"),
                name="coupon_not_used_too_often",
            ),
        ),
    ]

from decimal import Decimal

from django.conf import settings
from django.db import migrations, models

# What is paid was paid in cash: the status that its events give it. The deferred triggers are run before the table is
# altered further.
MARK_PAID = """
    SET CONSTRAINTS ALL IMMEDIATE;
    UPDATE orders_order SET payment_status = 'paid' WHERE paid > 0;
    SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("kitchen", "0004_pizzas_and_business_date"),
        ("orders", "0008_coupons_and_delivery_zones"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="payment_failure",
            field=models.CharField(
                blank=True,
                choices=[
                    ("card_declined", "the card was declined"),
                    ("insufficient_funds", "there is not enough money on the card"),
                    ("not_authenticated", "the bank could not confirm that it was you"),
                    ("expired", "it was not paid in time"),
                    ("given_up", "you chose another way to pay"),
                    ("wrong_amount", "another amount was paid than the order costs"),
                    ("other", "it did not go through"),
                ],
                db_default="",
                default="",
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="payment_status",
            field=models.CharField(
                choices=[
                    ("due", "due"),
                    ("pending", "being paid"),
                    ("paid", "paid"),
                    ("failed", "failed"),
                    ("refunding", "being refunded"),
                    ("partly_refunded", "partly refunded"),
                    ("refunded", "refunded"),
                ],
                db_default="due",
                default="due",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="refund_requested",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=12
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="refunded",
            field=models.DecimalField(
                db_default=Decimal("0.00"), decimal_places=2, default=Decimal("0.00"), max_digits=12
            ),
        ),
        migrations.RunSQL(MARK_PAID, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="order",
            name="cancel_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("changed_mind", "the guest changed their mind"),
                    ("sold_out", "something ran out"),
                    ("too_busy", "we cannot make it in time"),
                    ("not_collected", "nobody came for it"),
                    ("nobody_home", "nobody opened the door"),
                    ("wrong_address", "the address could not be found"),
                    ("payment_failed", "the payment failed"),
                    ("other", "something else"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refund_requested__lte", models.F("paid")),
                    ("refunded__gte", 0),
                    ("refunded__lte", models.F("refund_requested")),
                ),
                name="order_refunds_within_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "payment_status__in",
                        ["due", "pending", "paid", "failed", "refunding", "partly_refunded", "refunded"],
                    )
                ),
                name="order_payment_status_known",
            ),
        ),
    ]

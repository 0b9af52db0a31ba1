import django.db.models.deletion
from django.db import migrations, models

import pizzeria.foundation.ids


class Migration(migrations.Migration):
    """Receipts only grow: the database itself refuses to change or delete one."""

    dependencies = [
        ("kitchen", "0005_ticket_driving_minutes"),
        ("orders", "0009_payments"),
        ("payments", "0002_refund_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.UUIDField(default=pizzeria.foundation.ids.uuid7, editable=False, unique=True)),
                ("year", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("receipt", "receipt"), ("credit_note", "credit note")], max_length=12),
                ),
                ("issued_at", models.DateTimeField()),
                ("business_date", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=2, max_digits=12)),
                ("content", models.JSONField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReceiptCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("last_number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ReceiptPdf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="paymentattempt",
            name="receipt_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="paymentattempt",
            index=models.Index(
                condition=models.Q(("receipt_due_at__isnull", False)),
                fields=["receipt_due_at"],
                name="payment_attempt_receipt_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("receipt_due_at__isnull", True), ("state", "paid"), _connector="OR"),
                name="payment_attempt_receipt_of_paid",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="attempt",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipt",
                to="payments.paymentattempt",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="payments.receipt",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="kitchen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitchen.kitchen"
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="orders.order"
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="refund",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="credit_note", to="payments.refund"
            ),
        ),
        migrations.AddField(
            model_name="receiptcounter",
            name="kitchen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="kitchen.kitchen"
            ),
        ),
        migrations.AddField(
            model_name="receiptpdf",
            name="receipt",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="pdf", to="payments.receipt"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("kitchen", "year", "number"), name="receipt_number_once_a_year"),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("total__gt", 0)), name="receipt_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("attempt__isnull", False),
                        ("corrects__isnull", True),
                        ("kind", "receipt"),
                        ("refund__isnull", True),
                    ),
                    models.Q(
                        ("attempt__isnull", True),
                        ("corrects__isnull", False),
                        ("kind", "credit_note"),
                        ("refund__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="receipt_of_a_payment_or_a_refund",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcounter",
            constraint=models.UniqueConstraint(fields=("kitchen", "year"), name="receipt_counter_once_a_year"),
        ),
        migrations.AddIndex(
            model_name="receiptpdf",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="receipt_pdf_due"
            ),
        ),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION refuse_to_change_a_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'receipts are append-only' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON payments_receipt
                FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_receipt();
            """,
            reverse_sql="""
            DROP TRIGGER receipt_append_only ON payments_receipt;
            DROP FUNCTION refuse_to_change_a_receipt();
            """,
        ),
    ]

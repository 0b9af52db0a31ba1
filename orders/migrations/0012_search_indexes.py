from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models
from django.db.models.functions import Upper

from pizzeria.foundation.text_search import DigitsOnly, FoldedText

ORDER_INDEXES = [
    models.Index(fields=["business_date", "-id"], name="order_by_business_date"),
    models.Index(fields=["number", "-id"], name="order_by_number"),
    models.Index(
        condition=models.Q(("payment_status", "paid"), _negated=True),
        fields=["payment_status", "-id"],
        name="order_not_paid",
    ),
]
CONTACT_INDEXES = [
    GinIndex(OpClass(FoldedText("name"), name="gin_trgm_ops"), name="contact_name_search"),
    GinIndex(OpClass(DigitsOnly("phone"), name="gin_trgm_ops"), name="contact_phone_search"),
    GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="contact_email_search"),
]


class Migration(migrations.Migration):
    """
    Build the indexes beside a shop that goes on taking orders: those of texts take seconds for each 100,000 orders.

    A build waits for older transactions; one that was interrupted leaves an invalid index, which is built anew. The
    extension is a trusted one: the owner of the database may create it.
    """

    atomic = False

    dependencies = [
        ("orders", "0011_open_orders"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL("SET lock_timeout = 0", migrations.RunSQL.noop),
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}", migrations.RunSQL.noop)
            for index in (*ORDER_INDEXES, *CONTACT_INDEXES)
        ),
        *(AddIndexConcurrently(model_name="order", index=index) for index in ORDER_INDEXES),
        *(AddIndexConcurrently(model_name="ordercontact", index=index) for index in CONTACT_INDEXES),
        migrations.RunSQL("RESET lock_timeout", migrations.RunSQL.noop),
    ]

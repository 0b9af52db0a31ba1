"""The runs of the price check: up to when the orders have been recomputed, and what differed."""

from django.db import models


class PriceCheckRun(models.Model):
    checked_until = models.DateTimeField()  # orders placed until then have been checked, by this run or before
    orders = models.PositiveIntegerField()  # how many this run has checked
    differences = models.PositiveIntegerField()  # in how many of them something differed

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-checked_until"], name="price_check_newest")]

    def __str__(self) -> str:
        return f"until {self.checked_until}: {self.differences} of {self.orders} differ"

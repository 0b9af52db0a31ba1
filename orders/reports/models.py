"""
Rollups: what the reports sum up, for each business day, and the state of each day.

A rollup is made from the source only, a business day at a time, and is never changed in any other way. A day that is
not built yet, or is dirty, is read from the source.
"""

from django.db import models


class DirtyDay(models.Model):
    """A mark on a business day of which something has changed since it was built."""

    business_date = models.DateField(primary_key=True)
    marked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        permissions = [("see_reports", "Can see reports")]

    def __str__(self) -> str:
        return f"{self.business_date} is dirty"


class BuiltDay(models.Model):
    """A business day whose rollups were built, also if nothing happened on it."""

    business_date = models.DateField(primary_key=True)
    built_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.business_date}, built at {self.built_at:%Y-%m-%d %H:%M}"

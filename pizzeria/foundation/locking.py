"""The row lock of the shop's commands. A model whose rows are locked has a queryset of its own, made from this one."""

from typing import Self

from django.db import models


class LockingQuerySet[M: models.Model](models.QuerySet[M]):
    def for_update(self) -> Self:
        """
        Lock the rows until the transaction ends.

        Only rows of this table (`OF`), and in the mode that lets other transactions write rows whose foreign keys
        refer to them (`FOR NO KEY UPDATE`).
        """
        return self.select_for_update(no_key=True, of=("self",))

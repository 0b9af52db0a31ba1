"""
The row lock of the shop's commands.

A model whose rows are locked has a queryset class of its own, derived from this one, so that a race test can take the
lock out of one table and leave it in the others. `menu.services.lock_item` does the same for the models of the menu.
"""

from typing import Self

from django.db import models


class LockingQuerySet[M: models.Model](models.QuerySet[M]):
    def for_update(self, *, skip_locked: bool = False) -> Self:
        """
        Lock the rows until the transaction ends.

        Only rows of this table (`OF`), and in the mode that lets other transactions write rows whose foreign keys
        refer to them (`FOR NO KEY UPDATE`).

        :param skip_locked: leave out the rows that another transaction has locked, instead of waiting for it
        """
        return self.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)

"""What the admins of all rows of the menu have in common."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpRequest

from menu import services
from menu.models import Category, MenuItem, Size
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ShopModelAdmin


def by_and_at(request: HttpRequest) -> dict[str, Any]:
    """Return who makes a request, and the time, as the arguments of a command."""
    return {"by": actor_of(request), "at": clock.now()}


class MenuAdmin[M: Category | Size | MenuItem](ShopModelAdmin[M]):
    """The base of the menu's admins. A row that is to be changed is locked until its form is saved."""

    def is_to_be_changed(self) -> bool:
        """Return whether the row is about to be changed: to show one, the admin opens no transaction."""
        return bool(transaction.get_connection().in_atomic_block)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        row = super().get_object(request, object_id, from_field)
        if row is None or not self.is_to_be_changed():
            return row
        try:
            return services.lock_item(row)
        except ObjectDoesNotExist:  # deleted while this waited for the lock
            return None

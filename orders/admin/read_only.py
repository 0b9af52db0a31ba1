from django.db.models import Model
from django.http import HttpRequest

from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation.actor import actor_of


class ReadOnlyAdminMixin:
    """Admin mixin without add, change and delete; an actor who may see all orders may see what belongs to them."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return actor_of(request).may(SEE_ALL_ORDERS) or bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

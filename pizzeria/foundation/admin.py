from typing import ClassVar

from django.db.models import Model
from django.http import HttpRequest

from pizzeria.foundation.actor import Permission, actor_of


class ReadOnlyAdminMixin:
    """
    Admin mixin without add, change and delete.

    :cvar view_permission: the permission to see the rows
    """

    view_permission: ClassVar[Permission]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return actor_of(request).may(self.view_permission)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

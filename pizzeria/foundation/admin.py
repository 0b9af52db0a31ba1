from typing import ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import DataError
from django.db.models import Model
from django.http import HttpRequest

from pizzeria.foundation.actor import Permission, actor_of


class ShopChangeList(ChangeList):
    """A list of rows that shows itself without filters if PostgreSQL or Python cannot take the value of one."""

    def get_results(self, request: HttpRequest) -> None:
        """
        Query the rows.

        :raises IncorrectLookupParameters: a filter has a NUL character, or a year of eleven digits
        """
        try:
            super().get_results(request)
        except (DataError, OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error


class ShopModelAdmin[M: Model](admin.ModelAdmin[M]):
    """The base of every admin of ours."""

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[ChangeList]:
        return ShopChangeList


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

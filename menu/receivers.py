"""
The menu's receivers of Django's own row signals, only to invalidate cached read models.

No rule of the shop depends on them; a change they miss (`update()` on a queryset) is visible after 30 seconds.
"""

from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from menu import catalogue
from menu.models import Category, Pizza, ScheduledPrice, SimpleItem, Size, Topping


def on_row_changed(**_: object) -> None:
    transaction.on_commit(catalogue.invalidate, robust=True)


for model in (Category, SimpleItem, Pizza, ScheduledPrice, Size, Topping):
    for signal in (post_save, post_delete):
        signal.connect(on_row_changed, sender=model, dispatch_uid=f"menu.on_row_changed.{model.__name__}")


@receiver(m2m_changed, sender=Pizza.recipe.through, dispatch_uid="menu.on_recipe_changed")
def on_recipe_changed(**_: object) -> None:
    transaction.on_commit(catalogue.invalidate, robust=True)

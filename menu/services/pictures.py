"""
The pictures of items and categories: replaced, copied, removed.

They are changed within the admin's transaction, which has checked the permission, locked the row and records the edit.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from menu.models import Category, MenuItem, Picture, PictureRendition, Pizza, SimpleItem, Topping
from menu.pictures import PictureEncoding, RenditionEncoding
from pizzeria.foundation.actor import Actor

UNUSED = timedelta(days=1)  # longer than any transaction that has stored a picture and not its item yet


def set_picture(
    item: MenuItem | Category, *, picture: PictureEncoding | None, alt_text: str, by: Actor, at: datetime
) -> None:
    """Replace the picture of an item, or remove it; the one that it had is deleted."""
    if picture is None:
        _replace(item, None)
        return
    stored = Picture.objects.create(
        created_at=at,
        created_by=str(by),
        original_width=picture.width,
        original_height=picture.height,
        alt_text=alt_text,
    )
    _store(picture.renditions, of=stored)
    _replace(item, stored)


def copy_picture(item: MenuItem | Category, *, source: Picture, alt_text: str, by: Actor, at: datetime) -> None:
    """Copy another item's picture to an item: the copy stays when that one is replaced."""
    stored = Picture.objects.create(
        created_at=at,
        created_by=str(by),
        original_width=source.original_width,
        original_height=source.original_height,
        alt_text=alt_text,
    )
    _store(source.renditions.all(), of=stored)
    _replace(item, stored)


def describe_picture(item: MenuItem | Category, *, alt_text: str) -> None:
    """Change the description of an item's picture, if it has one."""
    if item.picture is not None:
        item.picture.alt_text = alt_text
        item.picture.save(update_fields=["alt_text"])
        item.save(update_fields=["picture"])  # as it was: the cached menus are read again


def purge_unused_pictures(*, at: datetime) -> int:
    """Delete pictures that nothing has any more, such as those of categories deleted by hand; return how many."""
    used = [{f"{model._meta.model_name}__isnull": True} for model in (Category, Pizza, SimpleItem, Topping)]
    unused = Picture.objects.filter(created_at__lt=at - UNUSED)
    for condition in used:
        unused = unused.filter(**condition)
    return unused.delete()[1].get(Picture._meta.label, 0)


def _store(renditions: Iterable[RenditionEncoding | PictureRendition], *, of: Picture) -> None:
    PictureRendition.objects.bulk_create(
        PictureRendition(picture=of, width=each.width, content=each.content, sha256=each.sha256) for each in renditions
    )


def _replace(item: MenuItem | Category, picture: Picture | None) -> None:
    before, item.picture = item.picture, picture
    item.save(update_fields=["picture"])
    if before is not None:
        before.delete()

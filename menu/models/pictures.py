"""
Pictures of what is on the menu, uploaded by managers. They are kept in the database: one backup has everything.

A picture never changes: another one is another row with another ref, so its addresses can be cached for ever.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.ids import uuid7

# Widths of the renditions, in pixels; they are square. For lists and the basket, for cards, for the page of one pizza.
PICTURE_WIDTHS = (200, 480, 960)
THUMBNAIL_WIDTH, CARD_WIDTH, PAGE_WIDTH = PICTURE_WIDTHS

MAX_ALT_TEXT = 150


class Picture(models.Model):
    """A picture of one item or category. Nothing of the uploaded file is kept but what can be seen, made smaller."""

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=32)  # an actor as in the event log
    original_width = models.PositiveIntegerField()
    original_height = models.PositiveIntegerField()
    alt_text = models.CharField(max_length=MAX_ALT_TEXT, blank=True)

    class Meta:
        default_permissions = ()  # those of the item

    def __str__(self) -> str:
        return str(self.ref)


class PictureRendition(models.Model):
    """A picture in one width, as WebP."""

    picture = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")
    width = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["picture", "width"], name="one_rendition_per_width")]

    def __str__(self) -> str:
        return f"{self.picture_id} in {self.width} px"


class PicturedModel(models.Model):
    """What can have a picture, which is only its own: it is deleted as soon as another one replaces it."""

    picture = models.OneToOneField(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("picture"),
        related_name="%(class)s",
    )

    class Meta:
        abstract = True

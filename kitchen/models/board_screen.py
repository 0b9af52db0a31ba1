"""The screens that show the board."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kitchen.models.kitchen import Kitchen


class BoardScreen(models.Model):
    """
    A screen that shows the board, as its heartbeat describes it. Written outside the kitchen's lock.

    `key` is made by the browser and kept there: a screen is a browser, also when another user signs in.
    """

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="screens")
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=40, blank=True)  # as staff call it; blank: none given yet
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()  # the last heartbeat
    last_visible_at = models.DateTimeField(null=True, blank=True)  # the last heartbeat at which the board was in sight
    is_sound_on = models.BooleanField(default=False)
    is_of_cook = models.BooleanField(default=False)  # at the last heartbeat: the user may cook, and is no manager
    sound_tested_at = models.DateTimeField(null=True, blank=True)  # "I heard it", by the user of then
    sound_tested_by = models.CharField(max_length=32, blank=True, default="")  # actor, as in a stored event
    board_version = models.PositiveBigIntegerField(default=0)  # that it shows
    behind_since = models.DateTimeField(null=True, blank=True)  # the kitchen had a newer one at each heartbeat since

    class Meta:
        default_permissions = ()
        verbose_name, verbose_name_plural = _("screen of the board"), _("screens of the board")
        indexes = [models.Index(fields=["kitchen", "-last_seen_at"], name="screen_last_seen")]

    def __str__(self) -> str:
        return self.name or str(self.key)[:8]

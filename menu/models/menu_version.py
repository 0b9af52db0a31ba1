"""
The version of the menu: by it a process knows whether what it keeps of the menu is still what is in the database.

Every transaction that changes a table of the menu, in whichever way, writes a random UUID when it commits. Only the
triggers on these tables do (`set_menu_version`). It is no counter: the number of a transaction that was rolled back
would come again, for another menu.
"""

from django.db import models


class MenuVersion(models.Model):
    """
    A part of the version, which is made of all rows: one, and one more if two transactions were committing at once.

    A transaction writes a row that no other one is writing, or a new one. So none ever waits for another one here: the
    deferred checks of foreign keys, which run at the same time, lock rows of the menu that the other one may hold.
    """

    version = models.UUIDField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)

"""Who worked in the past: cooks, drivers and a manager. Those that the shop lacks are made, and cannot sign in."""

from dataclasses import dataclass
from typing import Self

from django.contrib.auth.hashers import make_password

from pizzeria.users.models import User
from pizzeria.users.roles import DRIVER, KITCHEN, MANAGER, Role
from pizzeria.users.services.roles import assign_roles

COOKS = (("cook-2", "Cesare Moro"), ("cook-3", "Chiara Neri"))
DRIVERS = (("driver-2", "Diego Sala"), ("driver-3", "Dora Conte"), ("driver-4", "Duccio Pace"))
MANAGERS = (("manager-2", "Massimo Fabbri"),)
ON_SHIFT = 2  # cooks of a day


@dataclass(frozen=True, slots=True)
class Crew:
    """User ids; those of cooks and managers as a stored event has them."""

    cooks: tuple[str, ...]
    drivers: tuple[int, ...]
    managers: tuple[str, ...]

    @classmethod
    def hired(cls) -> Self:
        """Return the shop's staff, those of the demo's sign-in page included; make the others if they are missing."""
        return cls(
            cooks=tuple(str(pk) for pk in _hired(KITCHEN, COOKS, also="chef")),
            drivers=tuple(_hired(DRIVER, DRIVERS, also="driver")),
            managers=tuple(str(pk) for pk in _hired(MANAGER, MANAGERS, also="manager")),
        )

    def cooks_of(self, day: int) -> tuple[str, ...]:
        """Return the cooks of a shift: not always the same."""
        return tuple(self.cooks[(day + offset) % len(self.cooks)] for offset in range(ON_SHIFT))


def _hired(role: Role, people: tuple[tuple[str, str], ...], *, also: str) -> list[int]:
    found = list(User.objects.filter(username=also).values_list("pk", flat=True))
    for username, name in people:
        first, _blank, last = name.partition(" ")
        fields = {"first_name": first, "last_name": last, "password": make_password(None)}
        user, is_new = User.objects.get_or_create(username=username, defaults=fields)
        if is_new:
            assign_roles(user, [role])
        found.append(user.pk)
    return found

"""The actors of the demo's users, as in a session in which they are signed in."""

from dataclasses import dataclass
from typing import Self

from pizzeria.foundation.actor import GUEST, Actor
from pizzeria.users.models import User
from pizzeria.users.session_auth import actor_for_user


@dataclass(frozen=True, slots=True)
class Staff:
    chef: Actor
    driver: Actor
    customers: dict[str, Actor]

    @classmethod
    def of_the_demo(cls) -> Self:
        """
        Return the actors of the demo's chef, driver and customer.

        :raises User.DoesNotExist: one of these users has been deleted
        """
        chef, driver, customer = (
            actor_for_user(User.objects.get(username=name)) for name in ("chef", "driver", "customer")
        )
        return cls(chef, driver, {"customer": customer})

    def actor_for(self, username: str) -> Actor:
        """Return the customer with this username; a guest if it is empty."""
        return self.customers[username] if username else GUEST

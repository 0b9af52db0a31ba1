"""The demo's people, acting as they would when signed in."""

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
        """:raises User.DoesNotExist: somebody took them away"""
        chef, driver, customer = (
            actor_for_user(User.objects.get(username=name)) for name in ("chef", "driver", "customer")
        )
        return cls(chef, driver, {"customer": customer})

    def signed_in(self, username: str) -> Actor:
        """Give who orders: a customer by name, or a guest."""
        return self.customers[username] if username else GUEST

"""The demo's users. Only the demo creates them, and only the demo's sign-in page shows them."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from pizzeria.foundation import hosts
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER, Role

PASSWORD = "pizza"  # noqa: S105 - printed on the demo's sign-in page; on this machine only, see below


@dataclass(frozen=True, slots=True)
class DemoPerson:
    username: str
    name: str
    description: str
    role: Role


DEMO_PEOPLE = (
    DemoPerson("customer", "Carla Conti", "orders pizza and sees her orders", CUSTOMER),
    DemoPerson("chef", "Ciro Russo", "cooks from the board", KITCHEN),
    DemoPerson("driver", "Dina Ferri", "delivers", DRIVER),
    DemoPerson("manager", "Marta Greco", "runs menu and orders in admin", MANAGER),
    DemoPerson("admin", "Ada Villa", "may do everything", ADMIN),
)


def is_password_known() -> bool:
    """Return whether the demo's users have the known password: only where nobody else can reach the shop."""
    return bool(settings.SHOP_DEMO and settings.SHOP_DEMO_ON_LOOPBACK)


def may_use_password(request: HttpRequest | None) -> bool:
    """
    Return whether a request may use the known password: only one of this machine.

    The settings know only by which name the shop is reached. If it is bound to another address than the loopback's,
    others can send that name.
    """
    if request is None or not is_password_known():
        return is_password_known()
    client = request.META.get("REMOTE_ADDR", "127.0.0.1")
    return hosts.is_loopback(client) and "HTTP_X_FORWARDED_FOR" not in request.META


def listed_people(request: HttpRequest) -> tuple[DemoPerson, ...]:
    """Return the demo users that the sign-in page shows with their password; none to a request that may not use it."""
    return DEMO_PEOPLE if may_use_password(request) else ()

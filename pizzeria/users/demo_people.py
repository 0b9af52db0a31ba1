"""The demo's users. Only the demo creates them, and only the demo's sign-in page shows them."""

from dataclasses import dataclass

from django.conf import settings

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


def listed_people() -> tuple[DemoPerson, ...]:
    """Return the demo users that the sign-in page shows with their password; none where it is not known."""
    return DEMO_PEOPLE if is_password_known() else ()

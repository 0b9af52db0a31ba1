"""
The people who have ordered: guests, and regulars with an account, who order often.

No person lives at these addresses; the telephone numbers are among those that Germany reserves for fiction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from orders.customers.events import CustomerContactChanged, CustomerRegistered
from orders.customers.models import Customer
from orders.models import DeliveryPostalCode
from orders.services import ContactDetails
from pizzeria.demo.bulk_history.copy_text import moment, text
from pizzeria.demo.simulation.guest_profiles import ALLERGIES, DIRECTIONS, NOTES, STREETS, TOWN
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.users.models import User
from pizzeria.users.roles import CUSTOMER

# fmt: off
FIRST_NAMES = (
    "Alba", "Bruno", "Celeste", "Dario", "Elsa", "Fausto", "Gemma", "Italo", "Livia", "Mirko", "Nadia",
    "Oreste", "Pia", "Quinto", "Rosa", "Silvio", "Tina", "Ugo", "Vera", "Zeno", "Amina", "Bruna", "Corrado",
    "Debora", "Ettore", "Fiamma", "Gino", "Ilaria", "Lapo", "Mara", "Nino", "Ornella", "Piero", "Rita",
    "Sandro", "Teresa", "Umberto", "Viola", "Yasmin", "Zita",
)
LAST_NAMES = (
    "Fontana", "Lago", "Monti", "Selva", "Riva", "Campi", "Valle", "Ponte", "Torre", "Strada", "Colle",
    "Bosco", "Fiume", "Prato", "Sasso", "Costa", "Piazza", "Grotta", "Spiaggia", "Isola", "Marino", "Bianchi",
    "Serra", "Leone", "Ferraro", "Gallo", "Longo", "Villa", "Rocca", "Mancini", "D'Angelo", "Barone",
    "Caruso", "Testa", "Farina", "Grasso", "Basile", "Olivieri", "Pepe", "Vitale",
)
# fmt: on
PHONE_AREAS = ("+493023125", "+494066969", "+496990009", "+498999998")  # each with three more digits
PHONES = len(PHONE_AREAS) * 999  # 999 is the demo's customer's
WITH_EMAIL, NUMBER_OF_HOUSES = 0.7, 60
ORDERS_PER_GUEST, MOST_GUESTS = 5, 50_000
ORDERS_PER_REGULAR, MOST_REGULARS = 60, 20_000
KNOWN_FROM_RANK = 8  # customers whom the shop has already are not the best ones
REGULARS_SHARE = 0.35  # of the orders
USERNAME = "regular-{:05}"


@dataclass(frozen=True, slots=True)
class Guest:
    """
    Who orders. The texts are columns of the contact as COPY has them.

    :ivar pickup: name, phone, e-mail, and blank street, postal code, town and directions
    :ivar delivery: the same with the address
    :ivar wishes: allergies and notes
    :ivar customer: the id of the customer; None: no account
    :ivar actor: as in a stored event
    """

    pickup: str
    delivery: str
    postal_code: str
    wishes: str
    customer: int | None = None
    customer_ref: str = ""
    actor: str = "guest"


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer whom the shop has already, with the contact of their orders."""

    customer: Customer
    contact: ContactDetails


class Clientele:
    """All guests and regulars of a past; some of them order more often than others."""

    def __init__(self, *, orders: int, registered_at: int, known: Sequence[KnownCustomer], rng: Random) -> None:
        codes = _postal_codes()
        details = [
            _contact(number, codes, rng) for number in range(_between(30, orders // ORDERS_PER_GUEST, MOST_GUESTS))
        ]
        regulars = details[: _between(3, orders // ORDERS_PER_REGULAR, MOST_REGULARS)]
        customers = _customers_of(regulars, registered_at)
        self._regulars = [_guest(each, customer) for each, customer in zip(regulars, customers, strict=True)]
        self._regulars[KNOWN_FROM_RANK:KNOWN_FROM_RANK] = [_guest(each.contact, each.customer) for each in known]
        self._guests = [_guest(each, None) for each in details[len(regulars) :]]
        self._weights = list(accumulate(1 / (rank + 12) ** 0.75 for rank in range(len(self._regulars))))

    def arrive(self, count: int, rng: Random) -> list[Guest]:
        """Return who places each of so many orders."""
        regulars = rng.choices(self._regulars, cum_weights=self._weights, k=count)
        guests = rng.choices(self._guests, k=count)
        return [
            regular if rng.random() < REGULARS_SHARE else guest for regular, guest in zip(regulars, guests, strict=True)
        ]


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))


def _postal_codes() -> list[str]:
    codes = DeliveryPostalCode.objects.filter(zone__is_active=True).order_by("code").values_list("code", flat=True)
    return list(codes) or sorted({code for _street, code in STREETS})


def _contact(number: int, codes: Sequence[str], rng: Random) -> ContactDetails:
    first, last = FIRST_NAMES[number * 7 % len(FIRST_NAMES)], LAST_NAMES[number // 3 * 11 % len(LAST_NAMES)]
    area, line = divmod(number % PHONES, 999)
    street = rng.choice(STREETS)[0].rpartition(" ")[0]
    return ContactDetails(
        name=f"{first} {last}",
        phone=f"{PHONE_AREAS[area]}{line:03}",
        email=f"{first}.{last}{number}@example.com".lower().replace("'", "") if rng.random() < WITH_EMAIL else "",
        street=f"{street} {rng.randrange(1, NUMBER_OF_HOUSES)}",
        postal_code=rng.choice(codes),
        city=TOWN,
        directions=rng.choice(DIRECTIONS),
        allergies=rng.choice(ALLERGIES),
        notes=rng.choice(NOTES),
    )


def _guest(contact: ContactDetails, customer: Customer | None) -> Guest:
    reached = [contact.name, contact.phone, contact.email]
    at_home = [contact.street, contact.postal_code, contact.city, contact.directions]
    return Guest(
        pickup="\t".join(map(text, [*reached, "", "", "", ""])),
        delivery="\t".join(map(text, [*reached, *at_home])),
        postal_code=contact.postal_code,
        wishes=f"{text(contact.allergies)}\t{text(contact.notes)}",
        customer=customer.pk if customer else None,
        customer_ref=str(customer.ref) if customer else "",
        actor=str(customer.user_id) if customer else "guest",
    )


def _customers_of(contacts: Sequence[ContactDetails], registered_at: int) -> list[Customer]:
    """Return a customer with an account, which nobody can sign in to, for each contact; those missing are new."""
    names = [USERNAME.format(number) for number in range(len(contacts))]
    existing = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    new = [(name, each) for name, each in zip(names, contacts, strict=True) if name not in existing]
    users = User.objects.bulk_create(
        User(
            username=name,
            first_name=contact.name.partition(" ")[0],
            last_name=contact.name.partition(" ")[2],
            email=contact.email,
            password=make_password(None),
            date_joined=moment(registered_at),
        )
        for name, contact in new
    )
    group = Group.objects.get(name=CUSTOMER.group)
    User.groups.through.objects.bulk_create(User.groups.through(user_id=user.pk, group_id=group.pk) for user in users)
    _register(users, [contact for _name, contact in new], registered_at)
    return list(Customer.objects.filter(user__username__in=names).order_by("user__username"))


def _register(users: Sequence[User], contacts: Iterable[ContactDetails], registered_at: int) -> None:
    """Write the customers of new users, as if they had registered and then saved their phone."""
    events: list[tuple[DomainEvent[Customer], ...]] = [
        (CustomerRegistered(user=user.pk), CustomerContactChanged(fields=("phone",))) for user in users
    ]
    customers = Customer.objects.bulk_create(
        Customer(user=user, name=Customer.name_of(user), phone=contact.phone, seq=2)
        for user, contact in zip(users, contacts, strict=True)
    )
    stored = StoredEvent.objects.bulk_create(
        StoredEvent(
            stream=Customer.stream,
            aggregate_ref=customer.ref,
            seq=seq,
            type=event.type,
            data=event.model_dump(mode="json"),
            actor=str(customer.user_id),
            at=moment(registered_at),
        )
        for customer, both in zip(customers, events, strict=True)
        for seq, event in enumerate(both, start=1)
    )
    OutboxEntry.objects.bulk_create(OutboxEntry(event=event, due_at=event.at, relayed_at=event.at) for event in stored)

"""What people's own app hears: Django's sign-in, to note in the session what every page's header shows."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from orders import services as front_desk
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, Kind
from pizzeria.people import header, sessions
from pizzeria.people.models import User


@receiver(user_logged_in, dispatch_uid="people.on_signed_in")
def on_signed_in(*, request: HttpRequest, user: User, **_: object) -> None:
    header.remember(request, user)
    sessions.note_authenticated(request.session, at=clock.now())


@receiver(user_logged_in, dispatch_uid="people.on_signed_in_register")
def on_signed_in_register(*, user: User, **_: object) -> None:
    front_desk.register_customer(by=Actor(Kind.PERSON, user.pk), at=clock.now())

"""The passwords of the demo's users: known on this machine, random where others can reach the demo."""

import re
from io import StringIO

from django.core.management import call_command

from pizzeria.users.demo_people import DEMO_PEOPLE, PASSWORD
from pizzeria.users.models import User

PRINTED = re.compile(r"^password of customer, chef, driver, manager, admin: (\S{16,})$", re.MULTILINE)


def set_up_demo():
    """Return what `set_up_demo` prints."""
    output = StringIO()
    call_command("set_up_demo", stdout=output)
    return output.getvalue()


def passwords_accepted(*passwords):
    """Return those of the passwords that open every account of the demo's users."""
    users = User.objects.filter(username__in=[person.username for person in DEMO_PEOPLE])
    assert len(users) == len(DEMO_PEOPLE)
    return {password for password in passwords if all(user.check_password(password) for user in users)}


def test_on_this_machine_the_demo_users_have_the_known_password_and_keep_theirs(demo):
    assert passwords_accepted(PASSWORD) == {PASSWORD}
    changed = User.objects.get(username="manager")
    changed.set_password("four cheeses, no regrets")
    changed.save()

    printed = set_up_demo()

    assert "password" not in printed
    changed.refresh_from_db()
    assert changed.check_password("four cheeses, no regrets")


def test_where_others_can_reach_the_demo_each_start_gives_its_users_a_random_password_and_prints_it(demo, settings):
    settings.SHOP_DEMO_ON_LOOPBACK = False

    [first], [second] = PRINTED.findall(set_up_demo()), PRINTED.findall(set_up_demo())

    assert first != second
    assert passwords_accepted(PASSWORD, first, second) == {second}

"""Fifty screens report themselves while a cook's step holds the kitchen's lock: none of them waits for it."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import connection, transaction

from kitchen import services
from kitchen.models import BoardScreen, Kitchen
from kitchen.services import ScreenReport
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.races.concurrency import all_at_once
from tests.shop import FRIDAY_NIGHT

SCREENS, AT_ONCE = 50, 10

pytestmark = pytest.mark.django_db(transaction=True)


def report(kitchen, by, key):
    """Report a screen; a report that had to wait for the kitchen would be refused, as it is locked until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
    said = ScreenReport(key=key, version=kitchen.version, visible=True, sound=True, heard=False)
    services.report_screen(kitchen=kitchen, report=said, by=by, at=FRIDAY_NIGHT)


@pytest.mark.parametrize("are_known", [False, True], ids=["first reports", "later reports"])
def test_screens_report_themselves_while_the_kitchen_is_locked(kitchen, are_known):
    chef = shop.hire(KITCHEN)
    keys = [uuid4() for _each in range(SCREENS)]
    if are_known:
        for key in keys:
            report(kitchen, chef, key)

    with transaction.atomic():
        Kitchen.objects.for_update().get(pk=kitchen.pk)
        for first in range(0, SCREENS, AT_ONCE):
            assert all_at_once(partial(report, kitchen, chef, key) for key in keys[first : first + AT_ONCE]) == (
                [None] * AT_ONCE
            )

    assert {*BoardScreen.objects.values_list("key", flat=True)} == {*keys}


def test_eight_first_reports_of_one_screen_are_one_screen(kitchen):
    chef, key = shop.hire(KITCHEN), uuid4()
    said = ScreenReport(key=key, version=0, visible=True, sound=True, heard=False)
    one = partial(services.report_screen, kitchen=kitchen, report=said, by=chef, at=FRIDAY_NIGHT)

    all_at_once([one] * 8)

    assert BoardScreen.objects.get().key == key

from datetime import timedelta

import pytest

from kitchen.lateness import Lateness, lateness_of
from tests.shop import FRIDAY_NIGHT


@pytest.mark.parametrize(
    ("seconds", "lateness"),
    [
        (-301, Lateness.ON_TIME),
        (-300, Lateness.SOON),
        (0, Lateness.SOON),
        (1, Lateness.LATE),
        (599, Lateness.LATE),
        (600, Lateness.VERY_LATE),
    ],
)
def test_a_ticket_is_due_soon_late_and_very_late_by_the_minutes_of_the_settings(seconds, lateness):
    at = FRIDAY_NIGHT + timedelta(seconds=seconds)

    assert lateness_of(FRIDAY_NIGHT, warning_minutes=5, late_minutes=10, at=at) == lateness

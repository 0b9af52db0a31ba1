from datetime import timedelta

import pytest

from kitchen.lateness import lateness_of
from tests.kitchen.lateness_cases import CASES, LATE_MINUTES, WARNING_MINUTES
from tests.shop import FRIDAY_NIGHT


@pytest.mark.parametrize(("seconds", "lateness"), CASES)
def test_a_ticket_is_due_soon_late_and_very_late_by_the_minutes_of_the_settings(seconds, lateness):
    at = FRIDAY_NIGHT + timedelta(seconds=seconds)

    found = lateness_of(FRIDAY_NIGHT, warning_minutes=WARNING_MINUTES, late_minutes=LATE_MINUTES, at=at)

    assert found == lateness

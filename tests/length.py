"""Repetitions and variants of a test: few in `make test`, many in `make test-long`."""

import os

IS_LONG = os.environ.get("TEST_LENGTH") == "long"


def by_length(usual, long):
    """Return one of two values, by the length of this run; a test that uses it is marked `long`."""
    return long if IS_LONG else usual

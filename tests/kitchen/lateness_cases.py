"""How late a ticket is by the seconds since it was due: one table for the server and for the board's script."""

from kitchen.lateness import Lateness

WARNING_MINUTES, LATE_MINUTES = 5, 10
CASES = [
    (-301, Lateness.ON_TIME),
    (-300, Lateness.SOON),
    (0, Lateness.SOON),
    (1, Lateness.LATE),
    (599, Lateness.LATE),
    (600, Lateness.VERY_LATE),
]

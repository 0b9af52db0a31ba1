"""`python -m tests.measure [screens placing api pages relay outage reports]`: the named parts; all but reports."""

import logging
import os
import sys

from django.core.management import call_command
from django.db import connection

from kitchen.models import Kitchen
from tests.measure import api, outage, pages, placing, relay, reports, screens

USUAL = (screens, placing, api, pages, relay, outage)  # the reports take minutes, and gigabytes
PARTS = {part.__name__.rpartition(".")[2]: part for part in (*USUAL, reports)}


def main(*wanted: str) -> None:
    logging.getLogger().setLevel(logging.WARNING)  # a line for each request would bury the figures
    call_command("migrate", verbosity=0)
    call_command("set_up_shop", verbosity=0)
    call_command("set_up_demo", verbosity=0)
    Kitchen.objects.update(max_concurrent_orders=10_000, max_open_pizzas=None)
    print(f"{os.cpu_count()} cores, {connection.pg_version // 10000} is PostgreSQL's version\n")
    for part in [PARTS[name] for name in wanted] or USUAL:
        part.measure()


if __name__ == "__main__":
    main(*sys.argv[1:])

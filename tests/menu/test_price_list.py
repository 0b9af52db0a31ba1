"""The admin's lists of items: prices are saved together, and each row is marked sold out or available in its place."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client

from menu import services as menu_services
from menu.models import Pizza, ScheduledPrice, SimpleItem, Topping
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import MANAGER
from pizzeria.users.services.roles import assign_roles
from tests.factories import PizzaFactory, UserFactory
from tests.menu.admin_forms import admin_of, edit, events_of
from tests.races.concurrency import a_session_waits_for_a_lock, with_a_connection
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

NINE = FRIDAY_NIGHT + timedelta(hours=1)
NINE_AS_TYPED = "2026-11-20T21:00"  # on the shop's wall clock


def list_of(browser, kind, **prices):
    """Return the data of a list's form as a browser sends it, with some prices typed, by slug."""
    formset = browser.get(admin_of(kind(), "changelist")).context["cl"].formset
    data = {formset[0].add_prefix("x").replace("0-x", name): value for name, value in _management(formset).items()}
    for form in formset:
        [price] = [name for name in form.fields if name.endswith("price")]
        shown = form[price].value()
        data[form.add_prefix("id")] = form.instance.pk
        data[form.add_initial_prefix(price)] = shown
        data[form.add_prefix(price)] = prices.get(form.instance.slug, shown)
    return data | {"_save": "Save prices", "valid_from": ""}


def _management(formset):
    return {name: field.value() for name, field in ((each.name, each) for each in formset.management_form)}


def save(browser, kind, form):
    return browser.post(admin_of(kind(), "changelist"), form)


def errors_of(response):
    """Return the errors of the list's rows by slug, and those of all of it."""
    formset = response.context["cl"].formset
    rows = {form.instance.slug: [*form.errors.values()] for form in formset if form.errors}
    return {slug: [str(each) for error in errors for each in error] for slug, errors in rows.items()}, [
        *formset.non_form_errors()
    ]


def prices_of(*slugs):
    return [str(Pizza.objects.get(slug=slug).base_price) for slug in slugs]


@pytest.fixture
def paolo(marta):
    """Return the browser of another manager."""
    browser = Client()
    browser.user = UserFactory(first_name="Paolo", last_name="Verdi")
    assign_roles(browser.user, [MANAGER])
    browser.force_login(browser.user)
    return browser


def test_prices_typed_in_the_list_are_saved_at_once_and_recorded_with_who_did_it(marta, margherita, pepperoni):
    response = save(marta, Pizza, list_of(marta, Pizza, margherita="13.49", pepperoni="15.49"))

    assert response.status_code == 302
    assert prices_of("margherita", "pepperoni") == ["13.49", "15.49"]
    prices = {"before": Decimal("12.99"), "after": Decimal("13.49")}
    assert events_of(margherita) == [("menu.priced.v1", prices, str(marta.user.pk))]
    assert LogEntry.objects.filter(user=marta.user).count() == 2


@pytest.mark.parametrize(("kind", "slug"), [(SimpleItem, "cola"), (Topping, "olives")])
def test_prices_of_simple_items_and_toppings_are_saved_in_their_lists(marta, kind, slug):
    item = kind.objects.get(slug=slug)
    kind.objects.filter(pk=item.pk).update(allergens_declared=False)

    save(marta, kind, list_of(marta, kind, **{slug: "4.40"}))

    item.refresh_from_db()
    assert item.price == Decimal("4.40")
    assert not item.allergens_declared, "the list does not ask for them"


def test_an_invalid_price_is_said_beside_its_row_and_no_price_of_the_list_is_saved(marta):
    response = save(marta, Pizza, list_of(marta, Pizza, margherita="13.49", pepperoni="-1"))

    assert errors_of(response) == ({"pepperoni": ["Ensure this value is greater than or equal to 0.00."]}, [])
    assert prices_of("margherita", "pepperoni") == ["12.99", "14.99"]
    assert 'value="13.49"' in response.content.decode()


@pytest.mark.parametrize("moment", ["", NINE_AS_TYPED], ids=["at once", "scheduled"])
@pytest.mark.parametrize(
    ("typed", "message"), [("0.00", "More than nothing, please."), ("99999999.99", "€10,000.00 at most, please.")]
)
def test_a_price_that_must_be_a_slip_of_the_finger_is_refused_in_its_row(marta, typed, message, moment):
    response = save(marta, Pizza, list_of(marta, Pizza, margherita=typed) | {"valid_from": moment})

    assert errors_of(response)[0] == {"margherita": [message]}
    assert not ScheduledPrice.objects.exists()


def test_a_price_of_an_item_that_was_archived_while_the_list_was_open_is_refused_in_its_row(marta, margherita):
    older = list_of(marta, Pizza, margherita="11.99", pepperoni="15.49")
    menu_services.archive_item(item=margherita, by=SYSTEM, at=FRIDAY_NIGHT)

    rows, _others = errors_of(save(marta, Pizza, older))

    assert rows == {"margherita": ["That is not on the menu any more."]}
    assert prices_of("margherita", "pepperoni") == ["12.99", "14.99"]


def test_no_price_can_be_typed_in_the_archive(marta, margherita):
    menu_services.archive_item(item=margherita, by=SYSTEM, at=FRIDAY_NIGHT)

    archive = marta.get(admin_of(margherita, "changelist"), {"archived": "yes"}).context["cl"]

    assert [*archive.result_list] == [margherita]
    assert archive.formset is None


@pytest.mark.parametrize(
    "changes",
    [
        {"form-0-id": "x"},
        {"form-0-id": "12345678901234567890"},
        {"form-0-id": "0"},
        {"form-0-id": None},
        {"form-TOTAL_FORMS": "99999"},
        {"form-TOTAL_FORMS": "-1"},
        {"form-INITIAL_FORMS": "x"},
        {"form-INITIAL_FORMS": "0"},
        {"form-TOTAL_FORMS": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("moment", ["", NINE_AS_TYPED])
def test_a_list_whose_form_was_changed_on_its_way_saves_nothing_and_says_so(marta, changes, moment):
    form = list_of(marta, Topping, olives="9.99") | {"valid_from": moment} | changes

    page = marta.post(
        admin_of(Topping(), "changelist"),
        {name: value for name, value in form.items() if value is not None},
        follow=True,
    )

    assert page.status_code == 200
    assert "That form was not complete. Nothing was saved" in page.content.decode()
    assert Topping.objects.get(slug="olives").price != Decimal("9.99")


def test_a_row_that_changed_while_the_list_was_open_asks_and_the_others_wait(marta, paolo, margherita):
    older = list_of(marta, Pizza, margherita="11.99", pepperoni="15.49")
    edit(paolo, margherita, base_price="13.49")

    rows, _others = errors_of(save(marta, Pizza, older))

    [question] = rows["margherita"]
    assert question.startswith("Paolo Verdi changed this to “13.49” (")
    assert prices_of("margherita", "pepperoni") == ["13.49", "14.99"]


def test_a_price_that_was_not_typed_stays_as_another_manager_has_set_it_meanwhile(marta, paolo, margherita):
    older = list_of(marta, Pizza, pepperoni="15.49")
    edit(paolo, margherita, base_price="13.49")

    assert save(marta, Pizza, older).status_code == 302

    assert prices_of("margherita", "pepperoni") == ["13.49", "15.49"]


def test_prices_typed_in_the_list_with_a_moment_are_scheduled_and_shown_there(marta, margherita, pepperoni):
    form = list_of(marta, Pizza, margherita="13.49", pepperoni="15.49")

    assert save(marta, Pizza, form | {"valid_from": NINE_AS_TYPED}).status_code == 302

    assert prices_of("margherita", "pepperoni") == ["12.99", "14.99"]
    scheduled = {"price": Decimal("13.49"), "valid_from": NINE}
    assert events_of(margherita) == [("menu.price_scheduled.v1", scheduled, str(marta.user.pk))]
    html = marta.get(admin_of(margherita, "changelist")).content.decode()
    assert "€13.49 from 21:00" in html
    assert "€15.49 from 21:00" in html
    assert "Scheduled price" in LogEntry.objects.first().get_change_message()


@pytest.mark.parametrize(
    ("typed", "prices", "message"),
    [
        ("2026-11-20T20:00", {"margherita": "13"}, "That moment has passed. Leave it empty to change prices at once."),
        ("2027-03-28T02:30", {"margherita": "13"}, "The clocks change then. Please choose another time."),
        ("2027-12-20T20:00", {"margherita": "13"}, "That is more than a year ahead. Is the year right?"),
        ("soon", {"margherita": "13"}, "A day and a time, please, like 2026-11-30 11:00."),
        (NINE_AS_TYPED, {}, "Type the new prices, too."),
    ],
)
def test_a_moment_from_which_no_price_can_be_valid_is_said_and_what_was_typed_is_kept(marta, typed, prices, message):
    response = save(marta, Pizza, list_of(marta, Pizza, **prices) | {"valid_from": typed})

    assert errors_of(response) == ({}, [])
    html = response.content.decode()
    assert html.count(message) == 1
    assert f'value="{typed}"' in html
    assert not ScheduledPrice.objects.exists()
    assert prices_of("margherita") == ["12.99"]


def test_a_second_price_from_the_same_moment_on_is_refused_beside_its_row(marta, margherita):
    menu_services.schedule_price(item=margherita, price=Decimal(14), valid_from=NINE, by=SYSTEM, at=FRIDAY_NIGHT)
    form = list_of(marta, Pizza, margherita="13.49", pepperoni="15.49") | {"valid_from": NINE_AS_TYPED}

    rows, _others = errors_of(save(marta, Pizza, form))

    assert rows == {"margherita": ["From that moment on it costs €14.00 already. Withdraw that price first."]}
    assert ScheduledPrice.objects.count() == 1


def test_the_list_shows_the_price_in_force_before_it_is_written_into_the_row(marta, monkeypatch, margherita):
    soon = FRIDAY_NIGHT + timedelta(minutes=5)
    menu_services.schedule_price(item=margherita, price=Decimal(14), valid_from=soon, by=SYSTEM, at=FRIDAY_NIGHT)
    monkeypatch.setattr(clock, "now", lambda: soon)

    form = list_of(marta, Pizza)
    assert Decimal(14) in form.values()
    assert save(marta, Pizza, form | {"form-0-base_price": "15.00"}).status_code == 302

    assert prices_of("margherita") == ["15.00"]


def test_the_list_takes_as_many_queries_for_many_pizzas_as_for_few(marta, django_assert_max_num_queries):
    marta.get(admin_of(Pizza(), "changelist"))
    for _n in range(30):
        PizzaFactory()

    with django_assert_max_num_queries(11):
        marta.get(admin_of(Pizza(), "changelist"))


def test_a_price_with_a_moment_in_the_form_of_an_item_is_scheduled_and_its_other_fields_are_saved(marta, margherita):
    edit(marta, margherita, base_price="13.49", price_from=NINE_AS_TYPED, description="With love.")

    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.description) == (Decimal("12.99"), "With love.")
    assert [kind for kind, _data, _who in events_of(margherita)] == ["menu.price_scheduled.v1", "menu.changed.v1"]


def test_a_scheduled_price_is_withdrawn_on_the_page_of_its_item(marta, margherita):
    edit(marta, margherita, base_price="13.49", price_from=NINE_AS_TYPED)
    html = marta.get(admin_of(margherita)).content.decode()
    [moment] = re.findall(r'name="withdraw"\s+value="([^"]+)"', html)
    [address] = re.findall(r'formaction="([^"]+)"', html)

    for _twice in range(2):
        page = marta.post(address, {"withdraw": moment}, follow=True)
    assert "That price is in force by now, or was withdrawn already." in page.content.decode()

    assert not ScheduledPrice.objects.exists()
    page = marta.post(address, {"withdraw": "soon"}, follow=True)
    assert "Please press the button beside the price." in page.content.decode()


def test_the_history_of_an_item_has_every_change_with_who_and_when(marta, margherita, chef):
    edit(marta, margherita, base_price="13.49")
    edit(marta, margherita, base_price="14.00", price_from=NINE_AS_TYPED)
    menu_services.mark_sold_out(item=margherita, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    response = marta.get(admin_of(margherita).replace("change", "history"))

    changes = [(change.who, change.text) for change in response.context["changes"]]
    assert changes == [
        ("the shop itself", "Sold out until further notice"),
        (str(marta.user), "€14.00 from 21:00 on, scheduled"),
        (str(marta.user), "€12.99 → €13.49, at once"),
    ]
    assert "€12.99 → €13.49, at once" in marta.get(admin_of(margherita)).content.decode()


def test_the_history_says_since_when_a_scheduled_price_is_in_force_and_who_scheduled_it(marta, margherita):
    edit(marta, margherita, base_price="14.00", price_from=NINE_AS_TYPED)
    menu_services.fold_prices(item=margherita, at=NINE + timedelta(minutes=12))

    response = marta.get(admin_of(margherita).replace("change", "history"))

    newest, *_older = response.context["changes"]
    assert newest.text == f"€12.99 → €14.00, in force since 21:00, scheduled by {marta.user}"


def set_availability(browser, item, **form):
    address = admin_of(item, "changelist")
    return browser.post(f"{address}{item.pk}/availability/?category__id__exact=1", form)


@pytest.mark.parametrize(
    ("form", "ends"),
    [
        ({"until": "today"}, clock.end_of_business_day(FRIDAY_NIGHT)),
        ({"until": "notice"}, None),
        ({"until": "time", "time": "21:00"}, NINE),
    ],
    ids=["today", "notice", "time"],
)
def test_a_row_is_marked_sold_out_in_the_list_and_available_again(marta, olives, form, ends):
    response = set_availability(marta, olives, **form)
    assert response.url.endswith("/admin/menu/topping/?category__id__exact=1")
    olives.refresh_from_db()
    assert (olives.sold_out_since, olives.sold_out_until) == (FRIDAY_NIGHT, ends)

    set_availability(marta, olives, until="available")
    olives.refresh_from_db()
    assert olives.is_available(FRIDAY_NIGHT)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"until": "time", "time": ""}, "Olives: Until what time? Write it like 21:30."),
        ({"until": "time", "time": "19:00"}, "Olives: That time has passed already."),
        ({}, "Olives: Until when?"),
    ],
)
def test_a_time_that_makes_no_sense_is_said_above_the_list_and_nothing_is_marked(marta, olives, form, message):
    response = set_availability(marta, olives, **form)

    assert message in marta.get(response.url, follow=True).content.decode()
    assert events_of(olives) == []


def test_each_row_of_the_list_has_the_controls_of_its_own_form(marta, margherita, olives):
    menu_services.mark_sold_out(item=margherita, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    html = marta.get(admin_of(margherita, "changelist")).content.decode()

    for pizza in Pizza.objects.all():
        assert f'id="availability-{pizza.pk}"' in html
    form = rf'form="availability-{margherita.pk}"'
    assert re.findall(rf'{form}\s+name="until"\s+value="(\w+)"', html) == ["available"]


@pytest.mark.django_db(transaction=True)
def test_saving_the_list_waits_for_another_save_of_its_items_and_then_knows_their_values(marta, margherita):
    older = list_of(marta, Pizza, margherita="11.99", pepperoni="15.49")

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Pizza.objects.filter(pk=margherita.pk).update(base_price="13.49")
            saving = threads.submit(with_a_connection(partial(save, marta, Pizza, older)))
            until(a_session_waits_for_a_lock)
        response = saving.result()

    [question] = errors_of(response)[0]["margherita"]
    assert question.startswith("This was changed to “13.49” while the page was open.")
    assert prices_of("margherita", "pepperoni") == ["13.49", "14.99"]

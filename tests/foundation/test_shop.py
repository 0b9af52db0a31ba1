"""The shop's settings: created from the environment, changed by managers, read through a snapshot."""

import time
from decimal import Decimal
from itertools import product

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse

from kitchen.models import FulfillmentMethod
from kitchen.selectors import quote
from orders.notifications.messages import message_for
from orders.notifications.models import Notification, NotificationChannel, NotificationKind
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile
from pizzeria.foundation.events.domain_events import load, load_data
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import Busy, NotAllowed
from pizzeria.foundation.shop import selectors
from pizzeria.foundation.shop.events import ShopSettingsChanged
from pizzeria.foundation.shop.models import ShopSettings
from pizzeria.foundation.shop.selectors import current_shop, initial_shop
from pizzeria.foundation.shop.services import InvalidShopSettings, change_shop_settings, set_up_shop_settings
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests.shop import FRIDAY_NIGHT

MINUTES = {
    "further_pizza_minutes": 3,
    "handing_over_minutes": 4,
    "driving_minutes": 30,
    "promise_window_minutes": 15,
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop_settings():
    """Set up the shop's settings; return their row."""
    set_up_shop_settings(by=SYSTEM)
    selectors.invalidate()
    return ShopSettings.objects.get()


@pytest.fixture
def change(shop_settings, manager, django_capture_on_commit_callbacks):
    """Return a function that changes settings as a manager."""

    def change_as_manager(**changes):
        with django_capture_on_commit_callbacks(execute=True):
            return change_shop_settings(changes=changes, by=manager, at=FRIDAY_NIGHT)

    return change_as_manager


def shown_in(page):
    """Return the data of a page's form in the admin, with the shown values beside them."""
    form = page.context["adminform"].form
    fields = {field: form[field].value() for field in form.fields}
    return fields | {form[field].html_initial_name: value for field, value in fields.items()}


def test_the_environment_gives_a_new_shop_its_settings_once(settings):
    settings.SHOP_INITIAL = {**settings.SHOP_INITIAL, "name": "Da Ciro", "phone": "+39065550123", "driving_minutes": 25}
    assert set_up_shop_settings(by=SYSTEM)

    settings.SHOP_INITIAL = {**settings.SHOP_INITIAL, "name": "Da Dina"}
    assert not set_up_shop_settings(by=SYSTEM)

    shop = ShopSettings.objects.get()
    assert (shop.name, str(shop.phone), shop.driving_minutes) == ("Da Ciro", "+39065550123", 25)


def test_setting_up_the_shop_names_the_setting_that_is_not_allowed(settings):
    settings.SHOP_INITIAL = {**settings.SHOP_INITIAL, "phone": "call us"}

    with pytest.raises(CommandError, match=r"^phone: "):
        call_command("set_up_shop")

    assert not ShopSettings.objects.exists()


def test_before_the_shop_is_set_up_the_settings_are_those_of_the_environment():
    selectors.invalidate()

    assert current_shop() == initial_shop()


def test_the_database_refuses_a_second_row_of_settings(shop_settings):
    with pytest.raises(IntegrityError, match="shop_settings_one_row"):
        ShopSettings.objects.create(pk=2, **{**MINUTES, "name": "Another"})


def test_a_change_is_in_the_snapshot_and_in_the_event_log_without_its_texts(change, manager):
    change(name="Da Ciro", address="Via Appia 1", phone="+39065550123", **MINUTES)

    shop = current_shop()
    assert (shop.name, shop.address, shop.phone.as_e164) == ("Da Ciro", "Via Appia 1", "+39065550123")
    assert {field: getattr(shop, field) for field in MINUTES} == MINUTES
    event = StoredEvent.objects.get(type="shop.settings_changed.v2")
    assert (event.stream, event.seq, event.actor, event.at) == ("shop", 1, str(manager), FRIDAY_NIGHT)
    assert event.data["fields"] == sorted(["name", "address", "phone", *MINUTES])
    assert event.data["values"].items() >= MINUTES.items()
    assert not {"name", "address", "phone"} & event.data["values"].keys()


def test_the_addresses_of_the_daily_email_are_each_read_once_and_are_in_no_event(change):
    change(daily_email_to="mario@pizzeria.example; anna@pizzeria.example, mario@pizzeria.example", vip_orders=12)

    assert current_shop().daily_email_addresses == ["mario@pizzeria.example", "anna@pizzeria.example"]
    event = StoredEvent.objects.get()
    assert event.data["fields"] == ["daily_email_to", "vip_orders"]
    assert "pizzeria.example" not in str(event.data)


def test_the_event_has_the_limits_and_reads_back_as_it_was(change):
    change(pizzas_per_order=1, total_per_order=Decimal("500.00"), every_guest_proves_phone=True)

    values = load(StoredEvent.objects.get()).values
    read = [values[name] for name in ("pizzas_per_order", "total_per_order", "every_guest_proves_phone")]
    assert [(type(value), value) for value in read] == [(int, 1), (str, "500.00"), (bool, True)]


def test_the_stored_event_of_the_first_release_reads_as_the_newest():
    written_then = {"fields": ["driving_minutes"], **MINUTES}

    assert load_data("shop.settings_changed.v1", written_then) == ShopSettingsChanged(
        fields=("driving_minutes",), values=MINUTES
    )


def test_a_change_to_the_same_values_records_nothing(change, shop_settings):
    change(name=shop_settings.name, driving_minutes=shop_settings.driving_minutes)

    assert not StoredEvent.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "P" * 81},
        {"phone": "call us"},
        {"phone": "+39 06 555 0123 ext. 4"},
        *({field: minutes} for field, minutes in product(MINUTES, (-1, 241))),
        {"promise_window_minutes": 0},
        {"pizzas_per_order": -1},
        {"total_per_order": Decimal(-1)},
        {"guest_share_percent": 101},
        {"waiting_minutes": 0},
        {"vip_orders": 0},
        {"daily_email_to": "mario@pizzeria.example, nobody"},
        {"daily_email_to": "mario@localhost"},
        {"daily_email_to": ", ".join(f"mario{number}@pizzeria.example" for number in range(11))},
    ],
    ids=str,
)
def test_a_setting_with_an_impossible_value_is_refused_with_its_name_and_nothing_changes(change, changes):
    before = current_shop()

    with pytest.raises(InvalidShopSettings) as refused:
        change(address="Via Appia 1", **changes)

    assert [refused.value.field] == [*changes]
    selectors.invalidate()
    assert current_shop() == before


def test_a_total_that_the_currency_does_not_have_is_refused(change, settings):
    settings.SHOP_CURRENCY = "JPY"

    with pytest.raises(InvalidShopSettings) as refused:
        change(total_per_order=Decimal("50000.50"))

    assert refused.value.field == "total_per_order"
    change(total_per_order=Decimal("50000.00"))


def test_only_managers_change_the_settings(shop_settings, chef, driver, guest):
    for by in (chef, driver, guest):
        with pytest.raises(NotAllowed):
            change_shop_settings(changes={"name": "Ours now"}, by=by, at=FRIDAY_NIGHT)


def test_the_snapshot_is_read_once_and_again_when_it_is_too_old(shop_settings, django_assert_num_queries, monkeypatch):
    with django_assert_num_queries(1):
        current_shop()
        current_shop()
    ShopSettings.objects.update(name="Da Ciro")
    assert current_shop().name == shop_settings.name

    generation, _too_old_at, snapshot = selectors._cached
    monkeypatch.setattr(selectors, "_cached", (generation, time.monotonic() - 1, snapshot))

    assert current_shop().name == "Da Ciro"


def test_a_row_that_was_read_before_a_change_is_not_kept_after_it(change, monkeypatch):
    selectors.invalidate()
    snapshot_of = selectors.snapshot_of

    def change_after_reading(row):
        monkeypatch.setattr(selectors, "snapshot_of", snapshot_of)
        change(name="Da Ciro")
        return snapshot_of(row)

    monkeypatch.setattr(selectors, "snapshot_of", change_after_reading)
    before = current_shop()

    assert (before.name == "Da Ciro", current_shop().name) == (False, "Da Ciro")


def test_changed_minutes_are_in_the_next_quote(kitchen, change):
    before = quote(kitchen, pizza_minutes=[8, 8], at=FRIDAY_NIGHT)

    change(**MINUTES)

    after = quote(kitchen, pizza_minutes=[8, 8], at=FRIDAY_NIGHT)
    assert (before.minutes[FulfillmentMethod.PICKUP], before.minutes[FulfillmentMethod.DELIVERY]) == (12, 32)
    assert (after.minutes[FulfillmentMethod.PICKUP], after.minutes[FulfillmentMethod.DELIVERY]) == (15, 45)


def test_pages_and_messages_have_the_shops_name_address_and_phone(client, placed_order, change):
    change(name="Da Ciro", address="Via Appia 1", phone="+39065550123")

    page = client.get(reverse("menu:index")).content.decode()
    email = message_for(
        Notification(
            order=placed_order,
            event=StoredEvent.objects.earliest("seq"),
            kind=NotificationKind.CONFIRMED,
            channel=NotificationChannel.EMAIL,
        )
    )

    assert "Da Ciro</title>" in page
    for text in (page, email.text, email.html):
        assert "Via Appia 1" in text
        assert "+39 06 555 0123" in text
    assert 'href="tel:+39-06-555-0123"' in page


def test_a_manager_changes_the_settings_in_the_admin(sign_in, shop_settings, django_capture_on_commit_callbacks):
    browser = sign_in(MANAGER)
    page = browser.get(reverse("admin:shop_shopsettings_changelist"), follow=True)
    form = shown_in(page)

    with django_capture_on_commit_callbacks(execute=True):
        saved = browser.post(page.request["PATH_INFO"], {**form, "name": "Da Ciro", "driving_minutes": "25"})

    assert saved.status_code == 302
    assert (current_shop().name, current_shop().driving_minutes) == ("Da Ciro", 25)
    assert StoredEvent.objects.get().data["fields"] == ["driving_minutes", "name"]
    assert LogEntry.objects.get().user == browser.user


def test_a_page_that_was_opened_before_another_managers_change_does_not_undo_it(sign_in, change):
    browser = sign_in(MANAGER)
    address = reverse("admin:shop_shopsettings_change", args=[1])
    older = shown_in(browser.get(address))
    change(driving_minutes=30)

    browser.post(address, older | {"name": "Da Ciro"})

    row = ShopSettings.objects.get()
    assert (row.name, row.driving_minutes) == ("Da Ciro", 30)


def test_a_page_asks_before_it_replaces_what_another_manager_has_changed_meanwhile(
    sign_in, shop_settings, django_capture_on_commit_callbacks
):
    address = reverse("admin:shop_shopsettings_change", args=[1])
    paolo = sign_in(MANAGER, first_name="Paolo", last_name="Verdi")
    older = shown_in(paolo.get(address))
    paolo.post(address, older | {"driving_minutes": "30", "phone": "+39065550123"})
    marta = sign_in(MANAGER, first_name="Marta")

    asked = marta.post(address, older | {"driving_minutes": "25", "address": "Via Appia 1"})

    form = asked.context["adminform"].form
    [question] = form.errors["driving_minutes"]
    assert question.startswith("Paolo Verdi changed this to “30” (")
    assert ShopSettings.objects.get().driving_minutes == 30

    assert marta.post(address, form.data).status_code == 302
    row = ShopSettings.objects.get()
    assert (row.driving_minutes, row.address, str(row.phone)) == (25, "Via Appia 1", "+39065550123")


def test_a_change_of_a_value_that_is_no_longer_the_shown_one_is_refused(change):
    change(driving_minutes=30)

    with pytest.raises(ChangedMeanwhile):
        change_shop_settings(changes={"driving_minutes": 25}, shown={"driving_minutes": 20}, by=SYSTEM, at=FRIDAY_NIGHT)

    assert ShopSettings.objects.get().driving_minutes == 30


def test_a_refusal_is_a_warning_on_the_page(sign_in, shop_settings, monkeypatch):
    def is_busy(**_changes):
        raise Busy("Please try again.")

    monkeypatch.setattr("pizzeria.foundation.shop.services.change_shop_settings", is_busy)
    browser = sign_in(MANAGER)
    address = reverse("admin:shop_shopsettings_change", args=[1])

    page = browser.post(address, shown_in(browser.get(address)) | {"name": "Da"}, follow=True)

    assert [str(message) for message in page.context["messages"]] == ["Please try again."]


def test_the_admin_says_beside_the_field_what_is_wrong(sign_in, shop_settings):
    browser = sign_in(MANAGER)
    address = reverse("admin:shop_shopsettings_change", args=[1])

    page = browser.post(address, shown_in(browser.get(address)) | {"driving_minutes": "241"})

    assert page.context["adminform"].form.errors["driving_minutes"] == [
        "Ensure this value is less than or equal to 240."
    ]
    assert not StoredEvent.objects.exists()


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER], ids=lambda role: role.name)
def test_the_settings_in_the_admin_are_closed_to_everyone_else(sign_in, shop_settings, role):
    browser = sign_in(role)

    assert browser.get(reverse("admin:shop_shopsettings_change", args=[1])).status_code in {302, 403}

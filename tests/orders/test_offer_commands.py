"""Delivery zones and coupons are changed by commands: who, what and when is in the event log."""

from decimal import Decimal

import pytest
from django.urls import reverse

from orders.models import Coupon, DeliveryPostalCode, DeliveryZone
from orders.services import coupon_editing, delivery_zones
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile
from pizzeria.foundation.events.domain_events import load
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import MANAGER
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.shop import FRIDAY_NIGHT, hire

ZONE = {"name": "Appio", "slug": "appio", "fee": Decimal("3.50"), "driving_minutes": 20}
COUPON = {"code": "TEN", "kind": "fixed", "value": Decimal(10)}

pytestmark = pytest.mark.django_db


def recorded():
    """Return the types of the events, in their sequence, and the data of the last."""
    events = [*StoredEvent.objects.order_by("pk")]
    return [event.type for event in events], load(events[-1]) if events else None


def add_zone(by, **values):
    return delivery_zones.add_delivery_zone(values=ZONE | values, codes=["00183"], by=by, at=FRIDAY_NIGHT)


def change_zone(zone, by, codes=None, shown=None, **changes):
    return delivery_zones.change_delivery_zone(
        zone_id=zone.pk, changes=changes, codes=codes, shown=shown, by=by, at=FRIDAY_NIGHT
    )


def change_coupon(coupon, by, shown=None, **changes):
    return coupon_editing.change_coupon(coupon_id=coupon.pk, changes=changes, shown=shown, by=by, at=FRIDAY_NIGHT)


def test_a_zone_is_added_changed_and_deleted_with_its_events(manager):
    zone = add_zone(manager)
    change_zone(zone, manager, fee=Decimal("4.00"), codes=["00182", "00183"])
    delivery_zones.delete_delivery_zone(zone_id=zone.pk, by=manager, at=FRIDAY_NIGHT)

    types, _last = recorded()
    assert types == ["delivery_zone.added.v1", "delivery_zone.changed.v1", "delivery_zone.deleted.v1"]
    changed = StoredEvent.objects.get(type="delivery_zone.changed.v1")
    assert (changed.actor, changed.at, changed.seq) == (str(manager), FRIDAY_NIGHT, 2)
    assert changed.data["fields"] == ["codes", "fee"]
    assert (changed.data["values"]["fee"], changed.data["values"]["codes"]) == ("4.00", ["00182", "00183"])
    assert "Appio" not in str([*StoredEvent.objects.values_list("data", flat=True)])
    assert not DeliveryPostalCode.objects.exists()


def test_a_zone_that_stays_as_it_is_records_nothing(manager):
    zone = DeliveryZoneFactory(codes=["00183"])

    change_zone(zone, manager, fee=zone.fee, codes=["00183"])

    assert recorded() == ([], None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"fee": Decimal(-1)}, "fee"), ({"driving_minutes": 999}, "driving_minutes"), ({"name": ""}, "name")],
)
def test_a_zone_cannot_get_a_value_that_it_cannot_have(manager, changes, field):
    zone = DeliveryZoneFactory()

    with pytest.raises(delivery_zones.DeliveryZoneInvalid) as refused:
        change_zone(zone, manager, **changes)

    assert refused.value.field == field
    assert recorded() == ([], None)


def test_a_postal_code_belongs_to_one_zone(manager):
    DeliveryZoneFactory(name="Esquilino", codes=["00184"])
    zone = DeliveryZoneFactory(codes=["00183"])

    with pytest.raises(delivery_zones.DeliveryZoneInvalid, match="00184 belongs to “Esquilino” already"):
        change_zone(zone, manager, codes=["00183", "00184"])

    assert [str(code) for code in zone.postal_codes.all()] == ["00183"]


def test_a_coupon_is_added_changed_and_deleted_with_its_events(manager):
    coupon = coupon_editing.add_coupon(values=COUPON, by=manager, at=FRIDAY_NIGHT)
    change_coupon(coupon, manager, is_active=False, max_uses=3)
    types, changed = recorded()
    assert (changed.fields, changed.values["is_active"], changed.values["max_uses"]) == (
        ("is_active", "max_uses"),
        False,
        3,
    )

    coupon_editing.delete_coupon(coupon_id=coupon.pk, by=manager, at=FRIDAY_NIGHT)

    types, _last = recorded()
    assert types == ["coupon.added.v1", "coupon.changed.v1", "coupon.deleted.v1"]
    assert not Coupon.objects.exists()


def test_a_coupon_cannot_be_limited_to_less_than_its_uses(manager):
    coupon = CouponFactory(uses=2)

    with pytest.raises(coupon_editing.CouponInvalid, match="Its uses are more than that: 2") as refused:
        change_coupon(coupon, manager, max_uses=1)

    assert refused.value.field == "max_uses"


def test_a_change_keeps_the_uses_that_were_counted_meanwhile(manager):
    coupon = CouponFactory(uses=0)
    Coupon.objects.filter(pk=coupon.pk).update(uses=5)

    change_coupon(coupon, manager, is_active=False)

    assert Coupon.objects.get().uses == 5


def test_a_value_that_is_no_longer_the_shown_one_is_not_replaced(manager):
    zone, coupon = DeliveryZoneFactory(), CouponFactory()

    with pytest.raises(ChangedMeanwhile):
        change_zone(zone, manager, fee=Decimal(9), shown={"fee": Decimal(8)})
    with pytest.raises(ChangedMeanwhile):
        change_coupon(coupon, manager, value=Decimal(9), shown={"value": Decimal(8)})


def test_only_managers_change_zones_and_coupons(chef, driver, guest):
    zone, coupon = DeliveryZoneFactory(), CouponFactory()

    for by in (chef, driver, guest):
        for command in (
            lambda by=by: add_zone(by),
            lambda by=by: change_zone(zone, by, fee=Decimal(0)),
            lambda by=by: delivery_zones.delete_delivery_zone(zone_id=zone.pk, by=by, at=FRIDAY_NIGHT),
            lambda by=by: coupon_editing.add_coupon(values=COUPON, by=by, at=FRIDAY_NIGHT),
            lambda by=by: change_coupon(coupon, by, is_active=False),
            lambda by=by: coupon_editing.delete_coupon(coupon_id=coupon.pk, by=by, at=FRIDAY_NIGHT),
        ):
            with pytest.raises(NotAllowed):
                command()


def test_the_admin_saves_and_deletes_by_the_commands(sign_in):
    browser = sign_in(MANAGER)
    zones, coupons = reverse("admin:orders_deliveryzone_changelist"), reverse("admin:orders_coupon_add")
    kept, other = DeliveryZoneFactory(codes=["00184"]), DeliveryZoneFactory(codes=["00185"])

    browser.post(reverse("admin:orders_deliveryzone_delete", args=[kept.pk]), {"post": "yes"})
    selected = {"action": "delete_selected", "_selected_action": other.pk, "post": "yes"}
    browser.post(zones, selected)
    added = browser.post(coupons, {"code": "TEN", "kind": "fixed", "value": "10", "minimum": "0", "is_active": "on"})

    assert added.status_code == 302
    types, _last = recorded()
    assert types == ["delivery_zone.deleted.v1", "delivery_zone.deleted.v1", "coupon.added.v1"]
    assert StoredEvent.objects.filter(actor=str(browser.user.pk)).count() == 3
    assert not DeliveryZone.objects.exists()


def test_a_change_in_the_admin_says_in_the_log_what_is_new(sign_in):
    coupon = CouponFactory(code="TEN")
    browser, page = sign_in(MANAGER), reverse("admin:orders_coupon_change", args=[coupon.pk])
    form = browser.get(page).context["adminform"].form
    shown = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    shown |= {form[name].html_initial_name: value for name, value in shown.items()}
    shown |= {"valid_from_0": "", "valid_from_1": "", "valid_until_0": "", "valid_until_1": "", "is_active": "on"}

    saved = browser.post(page, shown | {"max_uses": "7"})

    assert saved.status_code == 302
    types, changed = recorded()
    assert (types, changed.fields, changed.values["max_uses"]) == (["coupon.changed.v1"], ("max_uses",), 7)


def test_the_history_shows_who_changed_what_by_a_command(sign_in):
    manager = hire(MANAGER, first_name="Mario")
    zone = add_zone(manager)
    change_zone(zone, manager, codes=["00199"], driving_minutes=35)
    coupon = CouponFactory(code="TEN")
    change_coupon(coupon, manager, max_uses=7)
    browser = sign_in(MANAGER)

    pages = [
        browser.get(reverse(f"admin:orders_{model}_history", args=[row.pk])).content.decode()
        for model, row in (("deliveryzone", zone), ("coupon", coupon))
    ]

    assert "driving minutes 35" in pages[0]
    assert "codes 00199" in pages[0]
    assert "Added: " in pages[0]
    assert "Changed: max uses 7" in pages[1]
    assert all("<td>Mario Conti</td>" in page for page in pages)

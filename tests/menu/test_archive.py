"""Archiving items of the menu, and restoring them: in the admin as well as by command."""

import re

import pytest
from django.urls import reverse

from menu import catalogue, selectors, sold_out
from menu import services as menu_services
from menu.models import Category, Pizza, SimpleItem, Topping
from menu.prices import NotOnTheMenu
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.domain_events import load_data
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.menu.admin_forms import admin_of, edit, errors_of, events_of, form_of
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

DELETE_LINK = re.compile(r'class="deletelink">([^<]*)</a>')
KINDS = [Pizza, SimpleItem, Topping]


def archived(item):
    return menu_services.archive_item(item=item, by=SYSTEM, at=FRIDAY_NIGHT)


def listed(browser, item, **query):
    """Return the rows that the admin's list of items of this kind shows."""
    return [*browser.get(admin_of(item, "changelist"), query).context["cl"].result_list]


@pytest.mark.parametrize("kind", KINDS)
def test_an_archived_item_is_on_no_list_until_it_is_restored(kind, manager):
    item = kind.objects.get(slug={Pizza: "margherita", SimpleItem: "cola", Topping: "basil"}[kind])

    menu_services.archive_item(item=item, by=manager, at=FRIDAY_NIGHT)

    assert item.slug not in slugs_of_the_menu()
    menu_services.restore_item(item=item, by=manager, at=FRIDAY_NIGHT)
    assert item.slug in slugs_of_the_menu()
    assert [kind for kind, _data, _who in events_of(item)] == ["menu.archived.v1", "menu.restored.v1"]


def slugs_of_the_menu():
    """Return the slugs that are on every list, each list without the items of other kinds."""
    snapshot = catalogue.fresh_snapshot()
    dishes = {*snapshot.pizzas, *snapshot.simple_items}
    sections = selectors.menu_sections(snapshot, at=FRIDAY_NIGHT)
    page = {dish.slug for section in sections for dish in section.items}
    to_be_sold_out = {item.slug for group in sold_out.sold_out_list(FRIDAY_NIGHT) for item in group.items}
    assert page == dishes
    assert to_be_sold_out == dishes | {*snapshot.toppings}
    return to_be_sold_out


def test_a_page_of_an_archived_pizza_is_not_found(client, margherita):
    archived(margherita)

    assert client.get(reverse("menu:pizza", args=["margherita"])).status_code == 404


def test_an_archived_topping_is_in_no_recipe_and_cannot_be_added(pepperoni):
    archived(Topping.objects.get(slug="pepperoni"))

    assert catalogue.fresh_snapshot().pizzas["pepperoni"].recipe == ()
    with pytest.raises(NotOnTheMenu):
        shop.basket_of(shop.pizza("margherita", added=("pepperoni",)))


def test_a_restored_topping_is_in_its_recipes_again_even_if_they_were_edited_meanwhile(marta, pepperoni, olives):
    topping = archived(Topping.objects.get(slug="pepperoni"))
    edit(marta, pepperoni, base_price="13.49")
    edit(marta, pepperoni, recipe=[olives.pk])
    assert [kind for kind, _data, _who in events_of(pepperoni)] == ["menu.priced.v1", "menu.changed.v1"]

    menu_services.restore_item(item=topping, by=SYSTEM, at=FRIDAY_NIGHT)

    recipe = catalogue.fresh_snapshot().pizzas["pepperoni"].recipe
    assert {topping.slug for topping in recipe} == {"pepperoni", "olives"}


def test_a_basket_with_an_archived_pizza_cannot_be_ordered(margherita):
    basket = shop.basket_of(shop.pizza("margherita"))
    archived(margherita)

    with pytest.raises(NotOnTheMenu):
        shop.place(basket)


def test_an_order_placed_before_its_pizza_was_archived_stays_as_it_is(placed_order, margherita):
    archived(margherita)

    placed_order.refresh_from_db()
    assert [line.name for line in placed_order.lines.all()] == ["Margherita"]


@pytest.mark.parametrize("kind", KINDS)
def test_archiving_twice_and_restoring_twice_records_each_once(kind):
    item = archived(archived(kind.objects.first()))

    for _ in range(2):
        menu_services.restore_item(item=item, by=SYSTEM, at=FRIDAY_NIGHT)

    assert [kind for kind, _data, _who in events_of(item)] == ["menu.archived.v1", "menu.restored.v1"]


def test_only_who_may_delete_items_archives_them_and_only_who_may_change_them_restores_them(chef, margherita):
    with pytest.raises(NotAllowed):
        menu_services.archive_item(item=margherita, by=chef, at=FRIDAY_NIGHT)
    with pytest.raises(NotAllowed):
        menu_services.restore_item(item=archived(margherita), by=chef, at=FRIDAY_NIGHT)

    margherita.refresh_from_db()
    assert margherita.is_archived


def test_the_button_to_delete_an_item_in_the_admin_archives_it(marta, olives):
    url = reverse("admin:menu_topping_delete", args=[olives.pk])
    question = marta.get(url).content.decode()

    answer = marta.post(url, {"post": "yes"}, follow=True)

    assert f"Archive “{olives}”?" in question
    assert "Olives was archived." in answer.content.decode()
    assert events_of(olives) == [("menu.archived.v1", {"slug": "olives"}, str(marta.user.pk))]
    olives.refresh_from_db()
    assert olives.is_archived


def test_the_link_that_archives_an_item_says_so_and_that_of_a_category_deletes(marta, margherita):
    item = marta.get(admin_of(margherita, "change")).content.decode()
    category = marta.get(admin_of(margherita.category, "change")).content.decode()

    assert DELETE_LINK.findall(item) == ["Archive"]
    assert DELETE_LINK.findall(category) == ["Delete"]


def test_the_admin_archives_and_restores_several_items_at_once(marta, margherita, pepperoni):
    both = {"_selected_action": [margherita.pk, pepperoni.pk]}
    changelist = admin_of(margherita, "changelist")

    question = marta.post(changelist, both | {"action": "archive"}).content.decode()
    assert "Archive 2 items?" in question
    assert {*listed(marta, margherita)} == {margherita, pepperoni}
    assert 'name="action" value="archive"' in question

    marta.post(changelist, both | {"action": "archive", "confirmed": "yes"})
    assert (listed(marta, margherita), {*listed(marta, margherita, archived="yes")}) == ([], {margherita, pepperoni})

    marta.post(f"{changelist}?archived=yes", both | {"action": "restore"})
    assert ({*listed(marta, margherita)}, listed(marta, margherita, archived="yes")) == ({margherita, pepperoni}, [])
    assert [kind for kind, _data, _who in events_of(pepperoni)] == ["menu.archived.v1", "menu.restored.v1"]


def test_the_admin_deletes_no_item_by_the_action_that_other_lists_have(marta, margherita):
    post = {"action": "delete_selected", "_selected_action": [margherita.pk], "post": "yes"}
    marta.post(admin_of(margherita, "changelist"), post)

    margherita.refresh_from_db()
    assert not margherita.is_archived


def test_an_archived_item_has_no_button_to_archive_it_once_more(marta, margherita):
    archived(margherita)

    assert marta.post(reverse("admin:menu_pizza_delete", args=[margherita.pk]), {"post": "yes"}).status_code == 403
    assert "archived" in marta.get(admin_of(margherita)).content.decode()


def test_the_slug_and_the_name_of_an_archived_pizza_stay_taken(marta, margherita, pepperoni):
    archived(margherita)

    response = marta.post(admin_of(pepperoni), form_of(marta, pepperoni, name="margherita", slug="margherita"))

    assert errors_of(response) == {"slug": ["Something in the archive has this address."]}
    response = marta.post(admin_of(pepperoni), form_of(marta, pepperoni, name="margherita"))
    assert errors_of(response) == {"name": ["“Margherita” is in the archive."]}


def test_the_recipe_of_a_pizza_offers_no_archived_topping_in_the_admin(marta, margherita, olives):
    archived(olives)

    response = marta.post(admin_of(margherita), form_of(marta, margherita, recipe=[olives.pk]))

    assert [*errors_of(response)] == ["recipe"]


def test_categories_can_still_be_deleted_in_the_admin(marta):
    empty = Category.objects.create(slug="soups", name="Soups")

    marta.post(reverse("admin:menu_category_delete", args=[empty.pk]), {"post": "yes"})

    assert not Category.objects.filter(slug="soups").exists()


def test_the_log_of_items_that_were_deleted_earlier_can_still_be_read():
    assert load_data("menu.removed.v1", {"slug": "calzone"}).slug == "calzone"
    assert not StoredEvent.objects.filter(type="menu.removed.v1").exists()

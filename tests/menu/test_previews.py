"""Previews and copies of dishes in the admin."""

import re

import pytest
from django.urls import reverse

from menu import services as menu_services
from menu.models import Picture, Pizza, SimpleItem
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import CUSTOMER, KITCHEN
from tests.factories import PizzaFactory
from tests.menu.admin_forms import admin_of, edit, form_of
from tests.menu.pictures import jpeg, picture_of, upload
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


def preview_of(item):
    return reverse(f"admin:menu_{item._meta.model_name}_preview", args=[item.pk])


def copy_of(item):
    return f"{admin_of(item, 'add')}?copy={item.pk}"


def filled(browser, address):
    """Return the form of a page as a browser would send it."""
    form = browser.get(address).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {
        name: [getattr(row, "pk", row) for row in value] if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None and value is not False and value != ""
    }


def test_the_preview_of_a_pizza_has_the_price_of_each_size_and_orders_nothing(marta, pepperoni):
    page = marta.get(preview_of(pepperoni)).content.decode()

    table = page.partition('<table class="preview-prices">')[2].partition("</table>")[0]
    assert re.findall(r"€[\d.]+", table) == ["€14.99", "€19.49", "€23.98"]
    assert "nothing can be ordered on it" in page
    assert reverse("orders:add_to_basket") not in page
    assert "disabled>Add to basket" in page
    assert f'href="{preview_of(pepperoni)}"' in marta.get(admin_of(pepperoni)).content.decode()


def test_the_preview_shows_a_pizza_that_guests_do_not_see(marta, client, pepperoni):
    picture_of("pepperoni", at=FRIDAY_NIGHT)
    menu_services.archive_item(item=pepperoni, by=SYSTEM, at=FRIDAY_NIGHT)

    page = marta.get(preview_of(pepperoni)).content.decode()

    assert "It is in the archive: guests do not see it at all." in page
    assert "€14.99" in page
    assert "/menu/pictures/" in page
    assert client.get(reverse("menu:pizza", args=["pepperoni"])).status_code == 404


def test_the_preview_shows_a_sold_out_simple_item_and_its_price(marta):
    cola = SimpleItem.objects.get(slug="cola")
    assert "It is sold out" not in marta.get(preview_of(cola)).content.decode()
    menu_services.mark_sold_out(item=cola, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    page = marta.get(preview_of(cola)).content.decode()

    assert "It is sold out: guests see it, and cannot order it." in page
    assert "€3.20" in page
    assert reverse("orders:add_to_basket") not in page


def test_the_preview_of_an_unknown_pizza_returns_404(marta, margherita):
    assert marta.get(preview_of(margherita).replace(str(margherita.pk), "999999")).status_code == 404


@pytest.mark.parametrize("role", [KITCHEN, CUSTOMER])
def test_only_people_who_see_the_menu_in_the_admin_see_previews(sign_in, margherita, role):
    assert sign_in(role).get(preview_of(margherita)).status_code in (302, 403)


def test_duplicating_opens_the_add_form_filled_in_and_saves_nothing(marta, pepperoni):
    before = Pizza.objects.count()

    form = filled(marta, copy_of(pepperoni))

    assert (form["name"], form["slug"]) == ("Copy of Pepperoni", "copy-of-pepperoni")
    assert (form["base_price"], form["minutes"]) == (pepperoni.base_price, pepperoni.minutes)
    assert form["recipe"] == [topping.pk for topping in pepperoni.recipe.all()]
    assert Pizza.objects.count() == before
    assert copy_of(pepperoni).replace("&", "&amp;") in marta.get(admin_of(pepperoni)).content.decode()


def test_saving_the_copy_makes_another_pizza_with_recipe_and_a_picture_of_its_own(marta, pepperoni):
    original = picture_of("pepperoni", at=FRIDAY_NIGHT, alt_text="Crisp")

    response = marta.post(copy_of(pepperoni), filled(marta, copy_of(pepperoni)) | {"name": "Diavola"})

    assert response.status_code == 302
    diavola = Pizza.objects.get(name="Diavola")
    assert [*diavola.recipe.all()] == [*pepperoni.recipe.all()]
    assert diavola.picture.ref != original.ref
    assert diavola.picture.alt_text == "Crisp"
    contents = [bytes(each.content) for each in original.renditions.order_by("width")]
    assert [bytes(each.content) for each in diavola.picture.renditions.order_by("width")] == contents
    edit(marta, pepperoni, picture_file=upload(jpeg()))
    assert Picture.objects.filter(pk=diavola.picture.pk).exists()


def test_a_copy_can_be_saved_without_the_picture(marta, pepperoni):
    picture_of("pepperoni", at=FRIDAY_NIGHT)

    marta.post(copy_of(pepperoni), filled(marta, copy_of(pepperoni)) | {"picture_file-clear": "on"})

    assert Pizza.objects.get(slug="copy-of-pepperoni").picture is None


def test_the_name_of_a_second_copy_is_another_one(marta, margherita):
    for slug, name in (("copy-of-margherita", "Other"), ("x", "Copy 2 of Margherita")):
        PizzaFactory(slug=slug, name=name)

    assert filled(marta, copy_of(margherita))["name"] == "Copy 3 of Margherita"


def test_a_long_name_is_cut_so_that_the_copy_can_be_saved(marta, margherita):
    Pizza.objects.filter(pk=margherita.pk).update(name="M" * 60, slug="m" * 50)

    form = filled(marta, copy_of(margherita))

    assert (len(form["name"]), len(form["slug"])) == (60, 50)
    assert marta.post(copy_of(margherita), form).status_code == 302


def test_a_simple_item_is_duplicated_with_its_price_tax_and_drawing(marta):
    cola = SimpleItem.objects.get(slug="cola")

    marta.post(copy_of(cola), filled(marta, copy_of(cola)))

    copy = SimpleItem.objects.get(slug="copy-of-cola")
    for field in ("price", "tax_kind", "motif", "colour", "category", "diet", "allergens"):
        assert getattr(copy, field) == getattr(cola, field)


@pytest.mark.parametrize("nonsense", ["0", "margherita", "9" * 40, "-1", "²"])
def test_an_address_that_copies_nothing_opens_an_empty_form(marta, margherita, nonsense):
    page = marta.get(f"{admin_of(margherita, 'add')}?copy={nonsense}")

    assert page.status_code == 200
    assert not page.context["adminform"].form["name"].value()


def test_an_ordinary_add_form_is_empty(marta, margherita):
    assert not marta.get(admin_of(margherita, "add")).context["adminform"].form["name"].value()
    assert form_of(marta, margherita)["name"] == "Margherita"

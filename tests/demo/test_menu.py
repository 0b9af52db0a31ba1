"""The demo's menu, in whichever currency the shop has."""

from io import StringIO

import pytest
from django.core.management import call_command

from kitchen.hours import OpeningHours
from kitchen.models import Kitchen
from menu.models import Pizza, SimpleItem, Topping


@pytest.mark.django_db
def test_the_demo_in_yen_has_a_menu_with_prices_of_whole_yen(settings):
    settings.SHOP_CURRENCY = "JPY"
    for command in ("set_up_shop", "set_up_demo"):
        call_command(command, stdout=StringIO())

    assert Pizza.objects.get(slug="margherita").base_price == 1299
    assert SimpleItem.objects.get(slug="cola").price == 320
    assert set(Topping.objects.values_list("price", flat=True)) == {250}


@pytest.mark.django_db
def test_setting_up_the_demo_again_leaves_a_dish_to_which_a_manager_gave_the_name_of_a_missing_one(demo):
    Pizza.objects.get(slug="pepperoni").delete()
    Pizza.objects.filter(slug="hawaiian").update(name="pepperoni")

    call_command("set_up_demo", stdout=StringIO())

    assert not Pizza.objects.filter(slug="pepperoni").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_the_demo_is_open_around_the_clock():
    assert Kitchen.objects.get().hours == OpeningHours()

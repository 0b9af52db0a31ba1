"""The demo's menu, in whichever currency the shop has."""

from io import StringIO

import pytest
from django.core.management import call_command

from menu.models import Pizza, SimpleItem, Topping


@pytest.mark.django_db
def test_the_demo_in_yen_has_a_menu_with_prices_of_whole_yen(settings):
    settings.SHOP_CURRENCY = "JPY"
    for command in ("set_up_shop", "set_up_demo"):
        call_command(command, stdout=StringIO())

    assert Pizza.objects.get(slug="margherita").base_price == 1299
    assert SimpleItem.objects.get(slug="cola").price == 320
    assert set(Topping.objects.values_list("price", flat=True)) == {250}

"""Pictures on the pages of guests and in the API, and how they are served."""

import hashlib
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from menu import catalogue
from menu import services as menu_services
from menu.models import Category, PictureRendition, Topping
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import MANAGER
from tests.menu.pictures import encode, jpeg, picture_of
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

MENU = reverse("menu:index")


@pytest.fixture
def picture(kitchen):
    return picture_of("margherita", at=FRIDAY_NIGHT, alt_text='Basil on "bufala"')


def address_of(picture, width=480):
    return reverse("menu:picture", args=[picture.ref, width])


def images(response, source="/menu/pictures/"):
    """Return the <img> elements of a page that show a picture."""
    return [tag for tag in re.findall(r"<img[^>]*>", response.content.decode()) if source in tag]


def test_a_picture_is_served_with_what_keeps_it_cached_and_harmless(client, picture, django_assert_num_queries):
    with django_assert_num_queries(2):
        response = client.get(address_of(picture))

    content = bytes(PictureRendition.objects.get(picture=picture, width=480).content)
    assert (response.status_code, response.content, response["Content-Type"]) == (200, content, "image/webp")
    assert response["Content-Length"] == str(len(content))
    assert set(response["Cache-Control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
    assert response["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Set-Cookie" not in response


def test_a_browser_that_has_a_picture_gets_no_second_copy(client, picture, django_assert_num_queries):
    first = client.get(address_of(picture))

    with django_assert_num_queries(1) as queries:
        again = client.get(address_of(picture), headers={"If-None-Match": first["ETag"]})
    assert '"content"' not in queries[0]["sql"]

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "immutable" in again["Cache-Control"]


def test_the_head_of_a_picture_has_its_length_and_no_content(client, picture):
    whole, head = client.get(address_of(picture)), client.head(address_of(picture))

    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", whole["Content-Length"])


def test_public_files_are_served_to_signed_in_people_without_touching_their_session(sign_in, picture, monkeypatch):
    browser = sign_in(MANAGER)
    in_an_hour = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: in_an_hour)

    for address in (address_of(picture), reverse("menu:current_illustration", args=["margherita"])):
        response = browser.get(address)

        assert response.status_code == 200
        assert "Set-Cookie" not in response
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
    assert browser.get(reverse("menu:index")).cookies, "the session has not been used for an hour"


def test_an_unknown_picture_or_width_returns_404_which_is_not_cached(client, picture):
    for address in (reverse("menu:picture", args=[uuid4(), 480]), address_of(picture, 481)):
        response = client.get(address)

        assert response.status_code == 404
        assert "no-store" in response["Cache-Control"]


def test_pictures_refuse_post_requests(client, picture):
    assert client.post(address_of(picture)).status_code == 405


def test_the_menu_shows_pictures_and_draws_what_has_none(client, picture):
    page = client.get(MENU)

    [photo] = images(page)
    assert f'src="{address_of(picture)}"' in photo
    for width in (200, 480, 960):
        assert f"{address_of(picture, width)} {width}w" in photo
    assert 'alt="Basil on &quot;bufala&quot;"' in photo
    for attribute in ("sizes=", 'width="112"', 'height="112"', 'loading="lazy"'):
        assert attribute in photo
    assert len(images(page, "/menu/illustrations/")) == 2


def test_the_page_of_a_pizza_shows_its_picture_at_once(client, picture):
    [photo] = images(client.get(reverse("menu:pizza", args=["margherita"])))

    assert address_of(picture, 960) in photo
    assert "lazy" not in photo


def test_the_home_page_and_the_basket_show_the_picture(client, picture):
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})

    assert len(images(client.get("/"))) == 1
    [small] = images(client.get(reverse("orders:basket")))
    assert f'src="{address_of(picture, 200)}"' in small


def test_toppings_and_categories_show_theirs(client, margherita):
    for row in (Topping.objects.get(slug="olives"), Category.objects.get(slug="drinks")):
        menu_services.set_picture(row, picture=encode(jpeg()), alt_text="", by=SYSTEM, at=FRIDAY_NIGHT)

    assert len(images(client.get(reverse("menu:pizza", args=["margherita"])))) == 1
    assert len(images(client.get(MENU))) == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_is_on_the_menu_at_once(client, kitchen):
    client.get(MENU)

    picture = picture_of("margherita", at=FRIDAY_NIGHT)
    assert address_of(picture) in client.get(MENU).content.decode()

    menu_services.describe_picture(picture.pizza, alt_text="Hot")
    assert 'alt="Hot"' in client.get(MENU).content.decode()


def test_pages_with_pictures_make_no_more_queries_than_those_without(client, monkeypatch):
    monkeypatch.setattr(catalogue, "_newest", None)  # so that the menu is read for each page
    addresses = (MENU, reverse("menu:pizza", args=["margherita"]), "/")

    def queries():
        cache.clear()
        with CaptureQueriesContext(connection) as made:
            for address in addresses:
                assert client.get(address).status_code == 200
        return len(made)

    before = queries()
    for slug in ("margherita", "pepperoni"):
        picture_of(slug, at=FRIDAY_NIGHT)

    assert 0 < queries() <= before


def test_the_api_gives_the_address_of_a_picture_or_null(client, picture, settings):
    pizzas = {pizza["id"]: pizza["picture_url"] for pizza in client.get("/api/menu").json()["pizzas"]}

    assert pizzas == {"margherita": f"{settings.SHOP_ORIGIN}{address_of(picture, 960)}", "pepperoni": None}

"""Pictures in the admin: uploaded, replaced, described, removed, and never overwritten unseen."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from menu.models import Category, Picture, PictureRendition, Pizza, SimpleItem, Topping
from pizzeria.foundation import clock
from pizzeria.users.roles import KITCHEN
from tests.menu.admin_forms import admin_of, edit, errors_of, events_of, form_of
from tests.menu.pictures import jpeg, picture_of, upload
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def cola():
    return SimpleItem.objects.get(slug="cola")


@pytest.fixture
def photographed(margherita):
    """Return a pizza that has a picture."""
    picture_of("margherita", at=FRIDAY_NIGHT, alt_text="Basil on mozzarella")
    margherita.refresh_from_db()
    return margherita


@pytest.mark.parametrize("kind", [Pizza, SimpleItem, Topping])
def test_a_manager_uploads_a_picture_of_an_item_and_the_log_says_that_it_changed(marta, kind):
    item = kind.objects.first()

    edit(marta, item, picture_file=upload(jpeg(900, 600)), picture_alt_text="Fresh from the oven")

    item.refresh_from_db()
    picture = item.picture
    assert (picture.original_width, picture.original_height) == (900, 600)
    assert (picture.alt_text, picture.created_by) == ("Fresh from the oven", str(marta.user.pk))
    assert picture.renditions.count() == 3
    assert events_of(item) == [("menu.changed.v1", {"fields": ("picture",)}, str(marta.user.pk))]
    assert LogEntry.objects.get().get_change_message() == "Changed Picture and Description of the picture."


def test_a_manager_uploads_the_picture_of_a_category(marta):
    drinks = Category.objects.get(slug="drinks")

    edit(marta, drinks, picture_file=upload(jpeg()))

    drinks.refresh_from_db()
    assert drinks.picture.renditions.count() == 3


def test_a_new_pizza_can_have_a_picture_at_once(marta, margherita):
    new = form_of(marta, margherita, slug="orto", name="Orto", picture_file=upload(jpeg()))

    assert marta.post(admin_of(margherita, "add"), new).status_code == 302

    assert Pizza.objects.get(slug="orto").picture.renditions.count() == 3


def test_nothing_of_the_name_and_type_of_an_uploaded_file_is_kept_or_believed(marta, margherita):
    edit(marta, margherita, picture_file=upload(jpeg(), "../../passwd.svg.php", "image/svg+xml"))

    margherita.refresh_from_db()
    stored = [Picture.objects.values().get(), *PictureRendition.objects.values("width", "sha256")]
    assert "passwd" not in str(stored)
    assert marta.get(reverse("menu:picture", args=[margherita.picture.ref, 480]))["Content-Type"] == "image/webp"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg/>", "This is not a picture that we can read. JPEG, PNG or WebP, please."),
        (jpeg() + b"\0" * 5 * 1024 * 1024, "At most 5 MB, please: this file has 5.0."),
        (jpeg(100, 100), "At least 480 pixels wide and high, please: this picture has 100 × 100."),
        (b"", "The submitted file is empty."),
    ],
    ids=["fake", "large", "small", "empty"],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field_and_nothing_is_stored(
    marta, photographed, content, sentence
):
    response = marta.post(admin_of(photographed), form_of(marta, photographed, picture_file=upload(content)))

    assert errors_of(response) == {"picture_file": [sentence]}
    assert Picture.objects.get() == photographed.picture
    assert events_of(photographed) == []


def test_beside_another_error_the_form_asks_for_the_picture_once_more(marta, margherita):
    form = form_of(marta, margherita, base_price="a lot", picture_file=upload(jpeg()))

    errors = errors_of(marta.post(admin_of(margherita), form))

    assert errors["picture_file"] == ["Please choose the picture once more when the rest is right."]
    assert not Picture.objects.exists()


def test_another_picture_replaces_the_first_one_which_is_deleted(marta, photographed):
    before = photographed.picture

    edit(marta, photographed, picture_file=upload(jpeg(700, 700)))

    photographed.refresh_from_db()
    assert [*Picture.objects.all()] == [photographed.picture]
    assert photographed.picture.ref != before.ref
    assert PictureRendition.objects.count() == 3
    assert photographed.picture.alt_text == "Basil on mozzarella"


def test_a_picture_is_removed_by_ticking_the_box_beside_it(marta, photographed):
    assert "picture_file-clear" in marta.get(admin_of(photographed)).content.decode()

    edit(marta, photographed, **{"picture_file-clear": "on"})

    photographed.refresh_from_db()
    assert photographed.picture is None
    assert not Picture.objects.exists()
    assert events_of(photographed)[0][1] == {"fields": ("picture",)}


def test_uploading_a_picture_and_removing_it_at_once_is_refused(marta, photographed):
    both = form_of(marta, photographed, picture_file=upload(jpeg()), **{"picture_file-clear": "on"})

    assert [*errors_of(marta.post(admin_of(photographed), both))] == ["picture_file"]


def test_another_description_keeps_the_picture(marta, photographed):
    before = photographed.picture.ref

    edit(marta, photographed, picture_alt_text="Tomato and basil")

    photographed.refresh_from_db()
    assert (photographed.picture.ref, photographed.picture.alt_text) == (before, "Tomato and basil")
    assert events_of(photographed)[0][1] == {"fields": ("picture",)}


def test_saving_an_item_with_a_picture_unchanged_keeps_it_and_records_no_event(marta, photographed):
    before = photographed.picture

    edit(marta, photographed)

    photographed.refresh_from_db()
    assert photographed.picture == before
    assert events_of(photographed) == []


def test_a_form_opened_before_another_manager_replaced_the_picture_keeps_the_new_one(marta, photographed):
    older = form_of(marta, photographed, description="With love.")
    edit(marta, photographed, picture_file=upload(jpeg()))

    assert marta.post(admin_of(photographed), older).status_code == 302

    photographed.refresh_from_db()
    assert photographed.description == "With love."
    assert photographed.picture.renditions.count() == 3


def test_a_form_with_a_picture_asks_if_somebody_else_has_replaced_it_meanwhile(marta, photographed):
    older = form_of(marta, photographed, picture_file=upload(jpeg()))
    edit(marta, photographed, picture_file=upload(jpeg(500, 500)))
    before = Picture.objects.get()

    [question, *_others] = errors_of(marta.post(admin_of(photographed), older))["picture_file"]

    assert re.match(r".+ changed this to “another file” \(.+\) while the page was open\.", question)
    assert Picture.objects.get() == before


def test_people_who_may_not_edit_the_menu_cannot_upload(sign_in, margherita):
    cook = sign_in(KITCHEN)

    assert cook.post(admin_of(margherita), {"picture_file": upload(jpeg())}).status_code in (302, 403)
    assert not Picture.objects.exists()


@pytest.mark.parametrize("kind", ["pizza", "simpleitem", "topping", "category"])
def test_the_list_shows_a_small_picture_or_the_illustration(marta, photographed, kind):
    listed = marta.get(reverse(f"admin:menu_{kind}_changelist")).content.decode()

    images = re.findall(r'<img class="menu-thumbnail" src="([^"]*)"', listed)
    pizzas = [reverse("menu:picture", args=[photographed.picture.ref, 200]), "/menu/pepperoni/illustration.svg"]
    assert images == {"pizza": pizzas, "simpleitem": ["/menu/cola/illustration.svg"]}.get(kind, [])


def test_the_lists_make_no_more_queries_when_there_are_pictures(marta):
    lists = [reverse(f"admin:menu_{kind}_changelist") for kind in ("pizza", "simpleitem", "topping", "category")]

    def queries():
        with CaptureQueriesContext(connection) as made:
            for address in lists:
                marta.get(address)
        return len(made)

    queries()  # reads content types and the like
    before = queries()
    for slug in ("margherita", "pepperoni"):
        picture_of(slug, at=FRIDAY_NIGHT)

    assert 0 < queries() <= before


def test_a_category_lists_its_items_with_links_also_archived_ones(marta, margherita):
    Pizza.objects.filter(slug="pepperoni").update(archived_at=FRIDAY_NIGHT)

    page = marta.get(admin_of(margherita.category)).content.decode()

    assert f'<a href="{admin_of(margherita)}">Margherita</a>' in page
    assert "Pepperoni</a> (archived)" in page


def test_a_category_with_items_is_not_deleted_and_the_page_says_why(marta, margherita):
    category = margherita.category

    page = marta.post(admin_of(category).replace("change", "delete"), {"post": "yes"}, follow=True)

    sentence = f"“{category.name}” has 2 items, archived ones included. Move them to another category first."
    assert sentence in page.content.decode()
    assert Category.objects.filter(pk=category.pk).exists()


def test_deleting_an_empty_category_deletes_its_picture(marta):
    empty = Category.objects.create(slug="soups", name="Soups")
    edit(marta, empty, picture_file=upload(jpeg()))

    marta.post(admin_of(empty).replace("change", "delete"), {"post": "yes"})

    assert not Category.objects.filter(pk=empty.pk).exists()
    assert not Picture.objects.exists()


def test_purging_deletes_pictures_that_nothing_has_after_a_day_and_no_others(photographed):
    now = clock.now()
    kept = [photographed.picture]
    Picture.objects.update(created_at=now - timedelta(days=30))
    for age in (timedelta(hours=23), timedelta(hours=25)):
        unused = Picture.objects.create(
            created_at=now - age, created_by="system", original_width=600, original_height=600
        )
        kept += [unused] if age < timedelta(days=1) else []

    call_command("purge_expired")

    assert set(Picture.objects.all()) == set(kept)

"""The style sheets: one of ours on each page, and one file of each once they are collected."""

import re
import shutil

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from pizzeria.operations.static_files import StaticFilesMiddleware
from pizzeria.operations.stylesheets import BUNDLES, ImportRefused, bundled
from pizzeria.users.roles import ADMIN, CUSTOMER, MANAGER
from tests import shop

# Documents that stand for themselves: printed on paper, or a page of another project.
ALONE = {"order_print.css", "ticket_print.css", "api-docs.css"}
OURS = re.compile(r'<link rel="stylesheet"\s+href="/static/css/([\w-]+\.css)"')


@pytest.fixture
def folder(settings):
    return settings.ROOT / "static/css"


@pytest.fixture
def collected(settings, tmp_path):
    """Collect the style sheets as a real shop does; return the storage."""
    settings.STATIC_ROOT = tmp_path
    backend = "pizzeria.operations.stylesheets.BundledStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    source = FileSystemStorage(settings.ROOT / "static")
    shutil.copytree(settings.ROOT / "static/css", tmp_path / "css")
    names = [f"css/{path.name}" for path in (tmp_path / "css").iterdir()]
    failed = [
        processed
        for _name, _stored, processed in staticfiles_storage.post_process({name: (source, name) for name in names})
        if isinstance(processed, Exception)
    ]
    assert not failed
    return staticfiles_storage


@pytest.mark.usefixtures("kitchen")
def test_every_page_links_exactly_one_style_sheet_of_ours_that_of_its_audience(client, sign_in):
    order = shop.place()
    of_order = reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])
    guests = [reverse(name) for name in ("orders:home", "menu:index", "orders:basket", "users:sign_in")]
    guests += [reverse("menu:pizza", args=["margherita"]), of_order, "/nothing/here/"]
    staff = ["kitchen:board", "kitchen:finished", "deliveries:tour", "orders:all", "menu:sold_out"]
    lists = ["menu_pizza", "menu_category", "orders_order", "kitchen_boardscreen"]
    admin = ["admin:index", "admin:menu_pizza_add", "admin:reports:overview"]
    admin += [f"admin:{name}_changelist" for name in lists]
    of_admin = [*map(reverse, admin), reverse("admin:orders_order_change", args=[order.pk])]

    for role, sheet, addresses in (
        (None, "guest.css", guests),
        (CUSTOMER, "guest.css", [reverse("orders:history"), reverse("customers:profile")]),
        (MANAGER, "staff.css", [reverse(name) for name in staff]),
        (ADMIN, "admin.css", of_admin),
    ):
        browser = sign_in(role) if role else client
        for address in addresses:
            page = browser.get(address, follow=True).content.decode()

            assert OURS.findall(page) == [sheet], address


def test_every_style_sheet_is_part_of_one_that_pages_link(folder):
    linked = {
        path for name in BUNDLES for path in re.findall(r'@import url\("([^"]+)"\)', (folder.parent / name).read_text())
    }

    assert {path.name for path in folder.iterdir()} == linked | ALONE | {name.removeprefix("css/") for name in BUNDLES}


def test_a_bundle_is_its_files_one_after_the_other():
    files = {
        "css/all.css": '/* Why. */\n@import url("one.css");\n\n/* And why. */\n@import url("two.css");\n',
        "css/one.css": "a { color: red; }\n",
        "css/two.css": "/* b */\nb { color: blue; }\n",
    }

    assert bundled("css/all.css", files.__getitem__) == "a { color: red; }\n\n/* b */\nb { color: blue; }\n"


@pytest.mark.parametrize(
    "text",
    [
        "a { color: red; }",
        '@import url("https://other.example/one.css");',
        '@import url("one.css") print;',
        "@import 'one.css';",
        '@import url("nested.css");',
    ],
)
def test_a_bundle_with_anything_but_imports_of_files_beside_it_is_refused(text):
    files = {"all.css": text, "one.css": "", "nested.css": '@import url("one.css");'}

    with pytest.raises(ImportRefused):
        bundled("all.css", files.__getitem__)


@pytest.mark.parametrize("name", BUNDLES)
def test_a_collected_bundle_is_one_file_that_browsers_keep_for_ever(collected, settings, folder, name):
    address = collected.url(name)
    assert re.fullmatch(rf"/static/{name.removesuffix('.css')}\.[0-9a-f]{{12}}\.css", address)
    settings.WHITENOISE_USE_FINDERS = False

    middleware = StaticFilesMiddleware(lambda _request: HttpResponse(status=404))
    whole = middleware(RequestFactory().get(address))
    small = middleware(RequestFactory().get(address, headers={"Accept-Encoding": "gzip"}))

    assert whole.content.decode() == bundled(name, lambda part: (folder.parent / part).read_text())
    assert b"@import" not in whole.content
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) * 3 < len(whole.content)
    for response in (whole, small):
        assert response["Cache-Control"] == "max-age=315360000, public, immutable"
        assert response["Vary"] == "Accept-Encoding"


def test_the_two_rules_for_dark_pages_state_the_same_colours(folder):
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", (folder / "tokens_dark.css").read_text())

    assert len(blocks) == 2
    assert blocks[0].split() == blocks[1].split()

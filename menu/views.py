from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from menu import catalogue, fragments, pizza_page, selectors, services, sold_out
from menu.forms import SoldOutForm
from menu.illustrations import draw_pizza, draw_simple_item
from menu.models import MenuItem
from menu.permissions import MARK_SOLD_OUT
from menu.pizza_page import PizzaPage
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.compression import SafeBecause, compressed
from pizzeria.foundation.fragments import Fragment, rendered
from pizzeria.foundation.public_files import public_file
from pizzeria.foundation.refusals import Refusal

A_YEAR = 365 * 24 * 3600
A_MOMENT = 30  # seconds


@login_not_required
@require_safe
@compressed(SafeBecause.NOTHING_CHOSEN)
def menu_page(request: HttpRequest) -> HttpResponse:
    at, menu = clock.now(), catalogue.current_menu()
    content = fragments.kept("menu", lambda: _menu_content(menu.snapshot, at), menu=menu, at=at)
    return render(request, "menu/menu.html", {name: part.filled(request) for name, part in content.items()})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@compressed(SafeBecause.OF_NOBODY)
def pizza(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a pizza's page, or only its price to htmx; a form posted without JavaScript is redirected to its price."""
    if request.method == "POST":
        return redirect(f"{request.path}?{pizza_page.query_of(request.POST)}")
    at, menu = clock.now(), catalogue.current_menu()
    if slug in menu.snapshot.simple_items:
        return redirect("menu:index")
    if slug not in menu.snapshot.pizzas:
        raise Http404
    is_part = bool(request.headers.get("HX-Request"))
    if request.GET or is_part:
        page = _pizza_page(slug, data=request.GET, snapshot=menu.snapshot, at=at)
        template = "menu/pizza_content.html#price" if is_part else "menu/pizza.html"
        return render(request, template, {"page": page})
    page, content = fragments.kept(f"pizza {slug}", lambda: _pizza_content(slug, menu.snapshot, at), menu=menu, at=at)
    return render(request, "menu/pizza.html", {"page": page, "content": content.filled(request)})


@public_file
@login_not_required
@require_safe
@compressed(SafeBecause.EQUAL_FOR_ALL)
def illustration(request: HttpRequest, slug: str, version: str = "") -> HttpResponse:
    """
    Return the illustration of a dish as it looks now.

    :param version: of its look; blank, or that of an earlier one, it is cached for a moment only
    """
    dish = selectors.dish(slug, catalogue.current_snapshot())
    if dish is None:
        raise Http404
    current = selectors.illustration_version(dish)
    svg = cache.get_or_set(f"illustration:{current}", lambda: _draw(dish), A_YEAR)  # drawing is the slowest part
    response = HttpResponse(svg, content_type="image/svg+xml")
    if version == current:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, public=True, max_age=A_MOMENT)
    return response


@public_file
@login_not_required
@require_safe
def picture(request: HttpRequest, ref: UUID, width: int) -> HttpResponseBase:
    """Return a picture that a manager has uploaded. A browser opened on it can run nothing that were in it."""
    sha256 = selectors.rendition_sha256(ref, width)
    if sha256 is None:
        raise Http404
    response = HttpResponse(content_type="image/webp")
    response.headers["ETag"] = etag = quote_etag(sha256)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    answer: HttpResponseBase = get_conditional_response(request, etag=etag, response=response) or response
    if answer is response:  # the browser does not have it yet
        content = selectors.rendition_content(ref, width)
        if content is None:  # replaced by another picture just now
            raise Http404
        response.content = content
    return answer


def _menu_content(snapshot: MenuSnapshot, at: datetime) -> dict[str, Fragment]:
    context = {"sections": selectors.menu_sections(snapshot, at=at)}
    templates = {"links": "menu/section_links.html", "sections": "menu/sections.html"}
    return {name: rendered(template, context) for name, template in templates.items()}


def _pizza_content(slug: str, snapshot: MenuSnapshot, at: datetime) -> tuple[PizzaPage, Fragment]:
    page = _pizza_page(slug, data=QueryDict(), snapshot=snapshot, at=at)
    return page, rendered("menu/pizza_content.html", {"page": page})


def _pizza_page(slug: str, *, data: QueryDict, snapshot: MenuSnapshot, at: datetime) -> PizzaPage:
    form = pizza_page.form_for(snapshot.pizzas[slug], data=data, snapshot=snapshot, at=at)
    return pizza_page.pizza_page(form, snapshot=snapshot, at=at)


def _draw(dish: PizzaSnapshot | SimpleItemSnapshot) -> str:
    if isinstance(dish, SimpleItemSnapshot):
        return draw_simple_item(name=dish.name, motif=dish.motif, colour=dish.colour)
    return draw_pizza(name=dish.name, toppings=[topping.look for topping in dish.recipe])


@needs(MARK_SOLD_OUT)
@require_safe
def sold_out_page(request: HttpRequest) -> HttpResponse:
    return _sold_out_list(request)


@needs(MARK_SOLD_OUT)
@require_POST
def mark_sold_out(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    item, at = _item(kind, slug), clock.now()
    row = f"{kind}-{slug}"
    form = SoldOutForm(request.POST, auto_id=f"%s-{row}")
    if form.is_valid():
        try:
            item = services.mark_sold_out(item=item, until=form.until_when(at), by=actor_of(request), at=at)
            messages.success(request, _("%(name)s is off the menu.") % {"name": item.name})
            return redirect("menu:sold_out")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _sold_out_list(request, refused_form=form, refused_row=row)


@needs(MARK_SOLD_OUT)
@require_POST
def mark_available(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    try:
        item = services.mark_available(item=_item(kind, slug), by=actor_of(request), at=clock.now())
        messages.success(request, _("%(name)s is back on the menu.") % {"name": item.name})
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return redirect("menu:sold_out")


def _item(kind: str, slug: str) -> MenuItem:
    if kind not in sold_out.MODEL_BY_KIND:
        raise Http404
    return get_object_or_404(sold_out.MODEL_BY_KIND[kind].objects.on_the_menu(), slug=slug)


def _sold_out_list(
    request: HttpRequest, *, refused_form: SoldOutForm | None = None, refused_row: str = ""
) -> HttpResponse:
    """Render the list; a refused form is shown open in its row, as it was typed."""
    context = {"groups": sold_out.sold_out_list(clock.now()), "refused_form": refused_form, "refused_row": refused_row}
    return render(request, "menu/sold_out_list.html", context, status=422 if refused_form else 200)

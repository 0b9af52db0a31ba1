from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from menu import selectors as menu_selectors
from orders.selectors.quotes import quote
from pizzeria.foundation import clock


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    return render(request, "orders/home.html", {"favourites": menu_selectors.favourites(at), "quote": quote(at=at)})

"""The shop's addresses, and an empty view behind the same middleware: no page can be faster."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from pizzeria.urls import handler400, handler404, handler429, handler500
from pizzeria.urls import urlpatterns as shop_urlpatterns

__all__ = ["handler400", "handler404", "handler429", "handler500", "urlpatterns"]


@login_not_required
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("empty/", empty), *shop_urlpatterns]

"""An API for these tests alone: endpoints that require scopes, take a body, or fail in each possible way."""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.urls import path
from ninja import NinjaAPI

from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.api.schemas import RequestBody
from pizzeria.foundation.api_auth import ANY_TOKEN, requires_scope
from pizzeria.foundation.refusals import Busy, NotAllowed, Refusal
from pizzeria.foundation.scopes import Scope
from pizzeria.foundation.step_up import ReauthenticationRequired
from pizzeria.operations import problem_details

FAULTS = {
    "refused": Refusal("The oven is cold."),
    "refused-field": Refusal("There is no such size.", field="size"),
    "not-allowed": NotAllowed("This is the cook's to do."),
    "busy": Busy("Please try again in a moment."),
    "proof-too-old": ReauthenticationRequired("Please show once more that it is you."),
    "not-found": Http404("secret: row 7 of somebody else"),
    "denied": PermissionDenied("secret"),
    "database-gone": OperationalError("secret: password authentication failed"),
    "fault": ZeroDivisionError("secret"),
}

api = NinjaAPI(urls_namespace="trial", auth=ANY_TOKEN, docs_url=None)
problem_details.install_exception_handlers(api)


class Pizza(RequestBody):
    size: str
    quantity: int


@api.post("/oven", auth=requires_scope(Scope.KITCHEN_MANAGE))
def oven(request, quantity: int = 1):
    return {"permissions": sorted(actor_of(request).permissions), "by": str(actor_of(request))}


@api.post("/availability", auth=requires_scope(Scope.KITCHEN_MANAGE, Scope.MENU_WRITE))
def availability(request):
    return {}


@api.get("/unsaid")
def unsaid(request):
    return {}


@api.post("/pizzas", auth=None)
def pizzas(request, pizza: Pizza):
    return {}


@api.get("/later/{what}", auth=None)
async def later(request, what: str):
    if what in FAULTS:
        raise FAULTS[what]
    return {"what": what}


@api.post("/faults/{what}", auth=None)
def faults(request, what: str):
    raise FAULTS[what]


@api.post("/faults-by-token/{what}")
def faults_by_token(request, what: str):
    raise FAULTS[what]


urlpatterns = [path("api/", api.urls)]

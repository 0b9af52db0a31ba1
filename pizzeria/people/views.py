from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator

from pizzeria.people import demo_people, header
from pizzeria.people.roles import CUSTOMER, of_groups


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """The local form. Keycloak will have its own way in beside it."""

    template_name = "people/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return {**super().get_context_data(**kwargs), "demo_people": demo_people.shown()}


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Signing out also puts the basket away: the next person at this screen starts afresh."""


def landing(request: HttpRequest) -> HttpResponse:
    """Send somebody who has just signed in to one's own page."""
    roles = of_groups(set(request.session.get(header.GROUPS, []))) or [CUSTOMER]
    return redirect(roles[0].lands)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without its token, usually because its page was old."""
    return render(request, "403_csrf.html", status=403)

"""The forms of the menu's admin, as a browser fills and submits them."""

import re

from django.urls import reverse

from pizzeria.foundation.events.domain_events import load
from pizzeria.foundation.events.models import StoredEvent


def admin_of(item, view="change"):
    return reverse(f"admin:menu_{item._meta.model_name}_{view}", args=[item.pk] if view == "change" else [])


def form_of(browser, item, **changes):
    """Return the data of an item's form in the admin, with some values changed and the shown ones beside them."""
    form = browser.get(admin_of(item)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    shown = {form[name].html_initial_name: value for name, value in values.items()}
    filled = {name: _as_posted(value) for name, value in (shown | values | changes).items()}
    return {name: value for name, value in filled.items() if value is not None and value is not False}


def _as_posted(value):
    return [getattr(row, "pk", row) for row in value] if isinstance(value, list) else value


def edit(browser, item, **changes):
    response = browser.post(admin_of(item), form_of(browser, item, **changes))
    assert response.status_code == 302, re.findall(r"errorlist.*", response.content.decode())


def events_of(item):
    """Return the events of an item as (type, payload, actor)."""
    events = StoredEvent.objects.filter(aggregate_ref=item.ref)
    return [(event.type, load(event).model_dump(), event.actor) for event in events]


def errors_of(response):
    return {name: [*sentences] for name, sentences in response.context["adminform"].form.errors.items()}

"""A kitchen that is paused or full, whose board nobody sees or hears, what is on hold there, and what is sold out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from kitchen import screens
from kitchen import selectors as kitchen_selectors
from kitchen.models import Kitchen, TicketState
from kitchen.permissions import PAUSE
from menu.sold_out import sold_out_list
from orders.reports.attention.concern import MAX_ROWS, Button, Concern, ConcernGroup, time_text
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.shop.selectors import current_shop


def kitchen_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    try:
        kitchen = kitchen_selectors.the_kitchen()
    except Kitchen.DoesNotExist:  # before the shop is set up
        return
    board = kitchen_selectors.board(kitchen, at=at)
    settings_page = reverse("admin:kitchen_kitchen_changelist")
    found = []
    if board.is_paused:
        until = clock.until(board.closed_until, at=at) if board.closed_until else _("until further notice")
        button = Button(_("Resume"), reverse("admin:resume_kitchen"), {}) if by.may(PAUSE) else None
        text = _("No orders are accepted %(until)s: %(reason)s") % {"until": until, "reason": board.closed_reason}
        found.append(Concern("kitchen-paused", text, button))
    load = {"orders": board.load.orders, "max": board.max_orders}
    if board.load.orders >= board.max_orders:
        text = _("The kitchen is full: %(orders)d of %(max)d orders are open.") % load
        found.append(Concern("kitchen-full", text, Button(_("Change the capacity"), settings_page)))
    elif board.max_pizzas is not None and board.load.pizzas >= board.max_pizzas:
        load = {"pizzas": board.load.pizzas, "max": board.max_pizzas}
        text = _("The kitchen is full: %(pizzas)d of %(max)d pizzas are open.") % load
        found.append(Concern("kitchen-full", text, Button(_("Change the capacity"), settings_page)))
    found += _screen_concerns(kitchen, at) + _on_hold_concerns(kitchen, at)
    yield ConcernGroup("kitchen", _("Kitchen"), found, is_urgent=True)


def _screen_concerns(kitchen: Kitchen, at: datetime) -> list[Concern]:
    """Return whether an open kitchen has no board in sight, or only silent ones. One query."""
    if not kitchen.accepts_orders(at):
        return []
    shown = list(screens.live_screens(kitchen, at).order_by("name", "pk").only("name", "key", "is_sound_on"))
    page = Button(_("Screens"), reverse("admin:kitchen_boardscreen_changelist"))
    if not shown and kitchen.watches_screens:
        return [Concern("no-screen", _("The kitchen is open, and no screen shows its board."), page)]
    if not shown or any(screen.is_sound_on for screen in shown):
        return []
    names = ", ".join(str(screen) for screen in shown)
    return [
        Concern("no-sound", _("The sound is off on every screen of the board: %(names)s.") % {"names": names}, page)
    ]


def _on_hold_concerns(kitchen: Kitchen, at: datetime) -> list[Concern]:
    """Return the tickets that were put on hold and forgotten, by the shop's `waiting_minutes`. One query."""
    threshold = at - timedelta(minutes=current_shop().waiting_minutes)
    on_hold = kitchen.tickets.filter(state=TicketState.WAITING, on_hold_since__lte=threshold)
    rows = on_hold.order_by("on_hold_since", "pk").values_list("ref", "label", "on_hold_since")[:MAX_ROWS]
    board, text = Button(_("Board"), reverse("kitchen:board")), _("%(ticket)s is on hold since %(time)s.")
    return [
        Concern(f"on-hold-{ref}", text % {"ticket": label, "time": time_text(since, at)}, board)
        for ref, label, since in rows
    ]


def sold_out_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    found = [
        Concern(
            f"sold-out-{item.kind}-{item.slug}",
            _("%(name)s %(until)s")
            % {
                "name": item.name,
                "until": clock.until(item.available_from, at=at) if item.available_from else _("until further notice"),
            },
            Button(_("Back on the menu"), reverse("admin:back_on_the_menu"), {"kind": item.kind, "slug": item.slug}),
        )
        for group in sold_out_list(at)
        for item in group.items
        if not item.is_available
    ]
    more = Button(_("All of them"), reverse("menu:sold_out")) if len(found) > MAX_ROWS else None
    yield ConcernGroup("sold-out", _("Sold out"), found[:MAX_ROWS], more=more)

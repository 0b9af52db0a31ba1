"""
The map of signals: every signal of the shop and its receivers.

It is read from the connected signals, so it shows the actual state; a test states the intended one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from types import ModuleType
from weakref import ReferenceType

from django.apps import apps
from django.contrib.auth import signals as of_sessions
from django.core import signals as of_requests
from django.db.backends import signals as of_the_database
from django.db.models import signals as of_rows
from django.dispatch import Signal

from kitchen.models import FulfillmentMethod
from orders.notifications.models import NotificationChannel
from orders.notifications.rules import RULES
from pizzeria.foundation.events import domain_events

PACKAGES = ("pizzeria", "orders", "kitchen", "menu")
BEGINS, ENDS = "<!-- The map of signals, made by `make signal-map`: -->", "<!-- The end of the map. -->"


@dataclass(frozen=True, slots=True)
class SignalReceiver:
    """
    A receiver of ours that is connected to a signal.

    :param of: label of the model that is its sender; "" for any sender
    :param uid: the lookup key of the connection (`dispatch_uid`, if it has one)
    """

    module: str
    name: str
    of: str
    uid: object

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" + (f" of {self.of}" if self.of else "")


def declared_signals() -> dict[str, Signal]:
    """Return the signals that our apps declare, by full name."""
    names = [f"{app.name}.signals" for app in apps.get_app_configs() if app.name.partition(".")[0] in PACKAGES]
    return _signals_in(import_module(name) for name in names if find_spec(name))


def django_signals() -> dict[str, Signal]:
    """Return Django's signals of models, sessions, requests and database, by full name."""
    return _signals_in((of_rows, of_sessions, of_requests, of_the_database))


def is_relayed(signal: Signal) -> bool:
    """Return whether a signal is sent after the commit, for a stored event, and not inside the transaction."""
    return any(domain_event.signal is signal for domain_event in domain_events.declared_types())


def receivers_of(signal: Signal) -> list[SignalReceiver]:
    """Return our receivers of a signal, sorted by name."""
    return sorted(_receivers_of(signal), key=str)


def as_markdown() -> str:
    """Return the map as Markdown tables: when each signal is sent, its receivers, and the notification channels."""
    inside = {name: signal for name, signal in declared_signals().items() if not is_relayed(signal)}
    after = {name: signal for name, signal in declared_signals().items() if is_relayed(signal)}
    djangos = {name: signal for name, signal in django_signals().items() if receivers_of(signal)}
    parts = (
        "**Inside the transaction.** A receiver that fails undoes the command.",
        _table(
            ["signal", "receivers"], [[_short_name(name), _receivers_cell(signal)] for name, signal in inside.items()]
        ),
        "**After the commit**, at least once, and an order's in their sequence.",
        _table(
            ["signal", "receivers", "notifications"],
            [[_short_name(name), _receivers_cell(signal), _channels_cell(signal)] for name, signal in after.items()],
        ),
        "**Django's own**, as far as the shop has receivers for it.",
        _table(
            ["signal", "receivers"], [[_short_name(name), _receivers_cell(signal)] for name, signal in djangos.items()]
        ),
    )
    return "\n\n".join(parts)


def insert_into(page: str) -> str:
    """
    Return a page with the current map between the two markers.

    :raises ValueError: the page lacks the markers
    """
    before, _begins, rest = page.partition(BEGINS)
    _old, ends, after = rest.partition(ENDS)
    if not ends:
        raise ValueError(f"There is no place for the map between {BEGINS!r} and {ENDS!r}.")
    return f"{before}{BEGINS}\n\n{as_markdown()}\n\n{ENDS}{after}"


def _signals_in(modules: Iterable[ModuleType]) -> dict[str, Signal]:
    return {
        f"{module.__name__}.{name}": signal
        for module in modules
        for name, signal in vars(module).items()
        if isinstance(signal, Signal)
    }


def _receivers_of(signal: Signal) -> Iterator[SignalReceiver]:
    labels = {id(kind): kind._meta.label_lower for kind in apps.get_models(include_auto_created=True)}
    for (uid, sender), entry, *_rest in signal.receivers:
        receiver = entry() if isinstance(entry, ReferenceType) else entry
        if receiver is not None and receiver.__module__.partition(".")[0] in PACKAGES:
            yield SignalReceiver(receiver.__module__, receiver.__qualname__, labels.get(sender, ""), uid)


def _short_name(name: str) -> str:
    *_path, app, _signals, signal = name.split(".")
    return f"`{app}.{signal}`"


def _receivers_cell(signal: Signal) -> str:
    by_receiver = groupby(receivers_of(signal), key=lambda receiver: (receiver.module, receiver.name))
    return "; ".join(
        f"`{name}` in `{module.replace('.', '/')}.py`" + _rows([receiver.of for receiver in signal_receivers])
        for (module, name), signal_receivers in by_receiver
    )


def _rows(kinds: Sequence[str]) -> str:
    return f", of {', '.join(f'`{kind}`' for kind in kinds)}" if any(kinds) else ""


def _channels_cell(signal: Signal) -> str:
    for domain_event, rule in RULES.items():
        if domain_event.signal is signal:
            alone = f" ({', '.join(rule.methods)} alone)" if len(rule.methods) < len(FulfillmentMethod) else ""
            return ", ".join(str(NotificationChannel(channel).label) for channel in rule.channels) + alone
    return ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell or '–' for cell in line)} |" for line in lines)

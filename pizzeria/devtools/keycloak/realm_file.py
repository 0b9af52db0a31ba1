"""The realm file: a realm as JSON for people to read and change, without Keycloak's default values."""

import json
from typing import Any

from pizzeria.devtools.state_dir import ROOT

FILE = ROOT / "pizzeria" / "users" / "keycloak" / "realm.json"
WIDE = 120
NAMES = ("clientId", "username", "name", "alias", "providerId")  # the keys that identify an item of a list
NEW = "new"  # a client, a role and a scope of this name show Keycloak's defaults for an item that has only a name
STAMPS = (  # keys whose values differ at every import, or depend on the time
    "id",
    "containerId",
    "internalId",
    "keycloakVersion",
    "createdTimestamp",
    "notBefore",
    "client.secret.creation.time",
    "realm_client",
)


def fill_placeholders(text: str, values: dict[str, str]) -> dict[str, Any]:
    """Return the realm in a realm file, its placeholders (`${SHOP_ORIGIN}`) filled as by Keycloak's own import."""
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    realm: dict[str, Any] = json.loads(text)
    return realm


def format_realm(value: Any, *, indent: int = 0, before: int = 0) -> str:
    """Return the value as JSON, in which a value that fits on one line stays on it."""
    line = json.dumps(value, ensure_ascii=False)
    if before + len(line) < WIDE or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        parts = []
        for key, part in value.items():
            lead = f"{inner}{json.dumps(key)}: "
            parts.append(lead + format_realm(part, indent=indent + 2, before=len(lead)))
    else:
        parts = [inner + format_realm(part, indent=indent + 2, before=len(inner)) for part in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(parts) + f"\n{' ' * indent}{closing}"


def differences(now: Any, *, usual: Any, before: Any) -> Any:
    """
    Return the part of ``now`` that belongs into a realm file.

    That is: the keys that the file has already, as far as ``now`` still has them, and the values that differ from
    Keycloak's defaults.

    :param usual: the same place in a realm with Keycloak's defaults
    :param before: the same place in the present realm file; its order and its placeholders are kept
    """
    if isinstance(before, str) and "${" in before:
        return before
    if isinstance(now, dict):
        return _differing_parts(
            now, usual if isinstance(usual, dict) else {}, before if isinstance(before, dict) else {}
        )
    if isinstance(now, list):
        return _differing_items(
            now, usual if isinstance(usual, list) else [], before if isinstance(before, list) else []
        )
    return now


def _differing_parts(now: dict[str, Any], usual: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    said = {}
    new = sorted((key for key in now if key not in before), key=lambda key: (key not in NAMES, key))
    for key in [*(key for key in before if key in now), *new]:
        goes_without_saying = same(now[key], usual[key]) if key in usual else not now[key]
        if key in before or not goes_without_saying:
            part = differences(now[key], usual=usual.get(key), before=before.get(key))
            if key in before or part or not now[key]:
                said[key] = part
    return said


def _differing_items(now: list[Any], usual: list[Any], before: list[Any]) -> list[Any]:
    new = next((part for part in usual if _name(part) == NEW), None)
    was = {_name(part): part for part in before}
    as_usual = {_name(part): part for part in usual}
    places = {name: place for place, name in enumerate(was)}
    ordered = sorted(now, key=lambda part: (places.get(_name(part), len(places)), _name(part)))
    return [
        _named(part, differences(part, usual=as_usual.get(_name(part), new), before=was.get(_name(part))))
        for part in ordered
        if _name(part) in was or not same(part, as_usual.get(_name(part)))
    ]


def _named(part: Any, said: Any) -> Any:
    """Return an item's differences together with the keys that identify it, even if these are defaults."""
    if not isinstance(part, dict):
        return said
    return {**{key: part[key] for key in NAMES[:3] if key in part and key not in said}, **said}


def _name(part: Any) -> str:
    if isinstance(part, dict):
        return next((str(part[key]) for key in NAMES if key in part), json.dumps(part, sort_keys=True))
    return str(part)


def same(one: Any, other: Any) -> bool:
    """Return whether two parts of an export are equivalent; Keycloak exports lists in any order."""
    return bool(_in_order(one) == _in_order(other))


def _in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_order(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True))
    return value


def without_stamps(value: Any) -> Any:
    """Return an export without the keys whose values differ in every export."""
    if isinstance(value, dict):
        return {key: without_stamps(part) for key, part in value.items() if key not in STAMPS}
    if isinstance(value, list):
        return [without_stamps(part) for part in value]
    return value


def renamed(realm: Any, old: str, new: str) -> Any:
    """Return a realm under another name; its roles and addresses contain the name, too."""
    return json.loads(json.dumps(realm).replace(old, new))

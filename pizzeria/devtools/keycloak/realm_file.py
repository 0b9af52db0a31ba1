"""The realm file: a realm as JSON for people to read and change, without Keycloak's default values."""

import json
from typing import Any

from pizzeria.devtools.state_dir import ROOT

FILE = ROOT / "pizzeria" / "users" / "keycloak" / "realm.json"
LINE_LENGTH = 120
IDENTIFYING_KEYS = ("clientId", "username", "name", "alias", "providerId")  # the keys that identify an item of a list
SAMPLE_NAME = "new"  # the name of a client, a role and a scope that have nothing but Keycloak's defaults
VOLATILE_KEYS = (  # keys whose values differ at every import, or depend on the time
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
    if before + len(line) < LINE_LENGTH or not isinstance(value, (dict, list)) or not value:
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


def differences(current: Any, *, defaults: Any, before: Any) -> Any:
    """
    Return the part of ``current`` that belongs into a realm file.

    That is: the keys that the file has already, as far as ``current`` still has them, and the values that differ from
    Keycloak's defaults.

    :param defaults: the same place in a realm with Keycloak's defaults
    :param before: the same place in the present realm file; its order and its placeholders are kept
    """
    if isinstance(before, str) and "${" in before:
        return before
    if isinstance(current, dict):
        return _differing_parts(
            current, defaults if isinstance(defaults, dict) else {}, before if isinstance(before, dict) else {}
        )
    if isinstance(current, list):
        return _differing_items(
            current, defaults if isinstance(defaults, list) else [], before if isinstance(before, list) else []
        )
    return current


def _differing_parts(current: dict[str, Any], defaults: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    result = {}
    new = sorted((key for key in current if key not in before), key=lambda key: (key not in IDENTIFYING_KEYS, key))
    for key in [*(key for key in before if key in current), *new]:
        is_default = is_equivalent(current[key], defaults[key]) if key in defaults else not current[key]
        if key in before or not is_default:
            part = differences(current[key], defaults=defaults.get(key), before=before.get(key))
            if key in before or part or not current[key]:
                result[key] = part
    return result


def _differing_items(current: list[Any], defaults: list[Any], before: list[Any]) -> list[Any]:
    new = next((part for part in defaults if _name(part) == SAMPLE_NAME), None)
    before_by_name = {_name(part): part for part in before}
    defaults_by_name = {_name(part): part for part in defaults}
    positions = {name: position for position, name in enumerate(before_by_name)}
    ordered = sorted(current, key=lambda part: (positions.get(_name(part), len(positions)), _name(part)))
    return [
        _named(
            part,
            differences(part, defaults=defaults_by_name.get(_name(part), new), before=before_by_name.get(_name(part))),
        )
        for part in ordered
        if _name(part) in before_by_name or not is_equivalent(part, defaults_by_name.get(_name(part)))
    ]


def _named(part: Any, result: Any) -> Any:
    """Return an item's differences together with the keys that identify it, even if these are defaults."""
    if not isinstance(part, dict):
        return result
    return {**{key: part[key] for key in IDENTIFYING_KEYS[:3] if key in part and key not in result}, **result}


def _name(part: Any) -> str:
    if isinstance(part, dict):
        return next((str(part[key]) for key in IDENTIFYING_KEYS if key in part), json.dumps(part, sort_keys=True))
    return str(part)


def is_equivalent(one: Any, other: Any) -> bool:
    """Return whether two parts of an export are equivalent; Keycloak exports lists in any order."""
    return bool(_sorted(one) == _sorted(other))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True))
    return value


def without_volatile_keys(value: Any) -> Any:
    """Return an export without the keys whose values differ in every export."""
    if isinstance(value, dict):
        return {key: without_volatile_keys(part) for key, part in value.items() if key not in VOLATILE_KEYS}
    if isinstance(value, list):
        return [without_volatile_keys(part) for part in value]
    return value


def renamed(realm: Any, old: str, new: str) -> Any:
    """Return a realm under another name; its roles and addresses contain the name, too."""
    return json.loads(json.dumps(realm).replace(old, new))

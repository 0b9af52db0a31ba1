"""
`make keycloak-export`: write what was changed by hand in the running Keycloak into the realm file (realm.json).

The users stay those of the file. Keycloak's defaults are left out. They are read from Keycloak itself: a second realm,
which has names only, is created, exported and removed.
"""

import sys
from typing import Any
from uuid import uuid4

import requests

from pizzeria.devtools import state_dir
from pizzeria.devtools.keycloak import realm_file
from pizzeria.devtools.keycloak.admin_client import AdminClient
from pizzeria.devtools.progress import say
from pizzeria.devtools.servers import keycloak


def main() -> int:
    state = state_dir.keycloak_state_dir()
    if not state.is_locked():
        say("Keycloak is not running. Start it with `make keycloak` or `make demo KEYCLOAK=1`, then export from it.")
        return 1
    try:
        admin = keycloak.admin_client_of(state.folder)
        text = realm_file.FILE.read_text()
        changed = updated_realm_file(admin, before=text)
    except (requests.RequestException, FileNotFoundError) as problem:
        say(f"Keycloak does not answer: {problem}")
        return 1
    realm_file.FILE.write_text(changed)
    name = realm_file.FILE.relative_to(state_dir.ROOT)
    say(f"{name} is as Keycloak has it." if changed == text else f"{name} was changed; `git diff` shows how.")
    return 0


def updated_realm_file(admin: AdminClient, *, before: str) -> str:
    """Return the text of the realm file ``before``, updated with the differences in the running realm."""
    expected = realm_file.fill_placeholders(before, {})
    current = realm_file.without_volatile_keys(admin.export(expected["realm"]))
    realm = realm_file.differences(current, defaults=_realm_of_defaults(admin, expected), before=expected)
    users_by_name = {person["username"]: person for person in [*expected["users"], *realm.get("users", [])]}
    return realm_file.format_realm({**realm, "users": list(users_by_name.values())}) + "\n"


def _realm_of_defaults(admin: AdminClient, expected: dict[str, Any]) -> Any:
    """Return the export of a realm with the same scopes and Keycloak's defaults otherwise, under the realm's name."""
    name = f"usual-{uuid4()}"
    admin.create_realm(
        {
            "realm": name,
            "enabled": True,
            "clientScopes": [*expected["clientScopes"], {"name": realm_file.SAMPLE_NAME}],
            "defaultDefaultClientScopes": expected["defaultDefaultClientScopes"],
            "defaultOptionalClientScopes": expected["defaultOptionalClientScopes"],
            "roles": {"realm": [{"name": realm_file.SAMPLE_NAME}]},
            "clients": [{"clientId": realm_file.SAMPLE_NAME}],
        }
    )
    try:
        defaults = realm_file.without_volatile_keys(admin.export(name))
    finally:
        admin.delete_realm(name)
    return realm_file.renamed(defaults, name, expected["realm"])


if __name__ == "__main__":
    sys.exit(main())

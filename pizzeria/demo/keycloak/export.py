"""
`make keycloak-export`: what was changed by hand in the running Keycloak, written into realm.json.

The people stay those of the file. What a realm has without being told is asked of Keycloak itself: a second realm is
made of names alone, exported beside the first, and removed.
"""

import sys
from typing import Any
from uuid import uuid4

import requests

from pizzeria.demo import home
from pizzeria.demo.keycloak import document
from pizzeria.demo.keycloak.office import Office
from pizzeria.demo.progress import say
from pizzeria.demo.servers import keycloak


def main() -> int:
    kept = home.of_keycloak()
    if not kept.is_occupied():
        say("Keycloak is not running. Start it with `make keycloak` or `make demo KEYCLOAK=1`, then export from it.")
        return 1
    try:
        office = keycloak.office_of(kept.folder)
        text = document.FILE.read_text()
        changed = exported(office, before=text)
    except (requests.RequestException, FileNotFoundError) as problem:
        say(f"Keycloak does not answer: {problem}")
        return 1
    document.FILE.write_text(changed)
    name = document.FILE.relative_to(home.ROOT)
    say(f"{name} is as Keycloak has it." if changed == text else f"{name} was changed; `git diff` shows how.")
    return 0


def exported(office: Office, *, before: str) -> str:
    """The document ``before`` with what is otherwise in the running realm by now."""
    said = document.filled(before, {})
    now = document.without_stamps(office.export(said["realm"]))
    realm = document.told(now, usual=_usual(office, said), before=said)
    everybody = {person["username"]: person for person in [*said["users"], *realm.get("users", [])]}
    return document.written({**realm, "users": list(everybody.values())}) + "\n"


def _usual(office: Office, said: dict[str, Any]) -> Any:
    """A realm of the same scopes of which nothing else was said, as if it had the other's name."""
    name = f"usual-{uuid4()}"
    office.make(
        {
            "realm": name,
            "enabled": True,
            "clientScopes": [*said["clientScopes"], {"name": document.NEW}],
            "defaultDefaultClientScopes": said["defaultDefaultClientScopes"],
            "defaultOptionalClientScopes": said["defaultOptionalClientScopes"],
            "roles": {"realm": [{"name": document.NEW}]},
            "clients": [{"clientId": document.NEW}],
        }
    )
    try:
        usual = document.without_stamps(office.export(name))
    finally:
        office.remove(name)
    return document.renamed(usual, name, said["realm"])


if __name__ == "__main__":
    sys.exit(main())

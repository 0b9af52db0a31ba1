"""Commands that make permission groups and the groups of users match the roles table."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.users.models import User
from pizzeria.users.roles import ROLES, Role


@command
def sync_roles(*, by: Actor) -> list[str]:
    """Make the permission groups match the roles table; return one sentence for each change."""
    changes = []
    for role in ROLES:
        if role.group is None:
            continue
        group, is_new = Group.objects.get_or_create(name=role.group)
        if is_new:
            changes.append(f"{role.group}: made")
        wanted = {(app, codename) for app, _dot, codename in (p.partition(".") for p in role.permissions)}
        had = set(group.permissions.values_list("content_type__app_label", "codename"))
        changes += [f"{role.group}: may now {app}.{codename}" for app, codename in sorted(wanted - had)]
        changes += [f"{role.group}: may no longer {app}.{codename}" for app, codename in sorted(had - wanted)]
        if wanted != had:
            group.permissions.set(_rows(wanted))
    return changes


@command
def set_role(*, user: User, role: Role, by: Actor) -> None:
    """Set a user's roles to exactly this one."""
    assign_roles(user, [role])


def assign_roles(user: User, roles: Iterable[Role]) -> None:
    """Set a user's roles to exactly these, in the caller's transaction; all other groups and flags are removed."""
    roles = list(roles)
    user.groups.set(Group.objects.filter(name__in=[role.group for role in roles if role.group]))
    user.is_staff = any(role.staff for role in roles)
    user.is_superuser = any(role.superuser for role in roles)
    user.save(update_fields=["is_staff", "is_superuser"])


def _rows(wanted: set[tuple[str, str]]) -> list[Permission]:
    rows = [
        permission
        for permission in Permission.objects.select_related("content_type")
        if (permission.content_type.app_label, permission.codename) in wanted
    ]
    missing = wanted - {(row.content_type.app_label, row.codename) for row in rows}
    if missing:
        raise LookupError(f"the roles table names permissions that no model declares: {sorted(missing)}")
    return rows

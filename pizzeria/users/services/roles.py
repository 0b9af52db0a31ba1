"""Commands that make permission groups and the groups of users match the roles table."""

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group, Permission

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.users.models import User
from pizzeria.users.roles import ROLES, Role


@command
def sync_roles(*, by: Actor) -> list[str]:
    """
    Make the permission groups match the roles table; return one sentence for each change.

    :raises LookupError: the roles table names a permission that no model declares
    """
    groups = {group.name: group for group in Group.objects.prefetch_related("permissions__content_type")}
    changes = []
    for role in ROLES:
        if role.group is None:
            continue
        group = groups.get(role.group)
        if group is None:
            group, _is_new = Group.objects.get_or_create(name=role.group)
            changes.append(f"{role.group}: made")
        wanted, had = set(role.permissions), {_full_name(permission) for permission in group.permissions.all()}
        changes += [f"{role.group}: may now {name}" for name in sorted(wanted - had)]
        changes += [f"{role.group}: may no longer {name}" for name in sorted(had - wanted)]
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


def _rows(wanted: Collection[str]) -> list[Permission]:
    rows = {_full_name(row): row for row in Permission.objects.select_related("content_type")}
    if missing := set(wanted) - rows.keys():
        raise LookupError(f"the roles table names permissions that no model declares: {sorted(missing)}")
    return [rows[name] for name in wanted]


def _full_name(permission: Permission) -> str:
    """Return the name by which the roles table and `has_perm` know a permission: "orders.deliver"."""
    return f"{permission.content_type.app_label}.{permission.codename}"

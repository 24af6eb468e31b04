"""The three roles of staff, as Django groups. A role only has an effect for users with `is_staff`."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

VIEWER, APPROVER, OPERATOR = "viewer", "approver", "operator"

_ROOMS = ("accounts", "blobs", "upstreams", "policy", "catalog", "mirroring")
_EDITED_BY_OPERATORS = ("upstream", "rule", "synonym")


def seed_roles() -> None:
    """Makes the groups and gives them the permissions they lack; what an admin added to them stays.

    Run after `migrate`: permissions are rows that it makes.
    """
    may_see = Q(content_type__app_label__in=_ROOMS, codename__startswith="view_")
    may_decide = Q(content_type__app_label="mirroring", codename="decide_request")
    may_operate = Q(content_type__app_label="mirroring", codename="operate_hub") | Q(
        content_type__app_label__in=("upstreams", "policy", "catalog"),
        codename__in=[f"{verb}_{model}" for verb in ("add", "change", "delete") for model in _EDITED_BY_OPERATORS],
    )
    _grant(VIEWER, Permission.objects.filter(may_see))
    _grant(APPROVER, Permission.objects.filter(may_see | may_decide))
    _grant(OPERATOR, Permission.objects.filter(may_see | may_operate))


def _grant(role: str, permissions: QuerySet[Permission]) -> None:
    group, _ = Group.objects.get_or_create(name=role)
    group.permissions.add(*permissions)

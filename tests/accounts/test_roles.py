import pytest
from django.contrib.auth.models import Group, Permission

from hub.accounts.roles import seed_roles
from tests.people import person

pytestmark = pytest.mark.django_db

SEES = ["mirroring.view_request", "catalog.view_repo", "blobs.view_blob", "accounts.view_event", "policy.view_rule"]


@pytest.mark.parametrize(
    ("name", "may", "may_not"),
    [
        ("vera", SEES, ["mirroring.decide_request", "mirroring.operate_hub", "policy.change_rule"]),
        ("paula", [*SEES, "mirroring.decide_request"], ["mirroring.operate_hub", "upstreams.change_upstream"]),
        (
            "oscar",
            [*SEES, "mirroring.operate_hub", "upstreams.change_upstream", "policy.add_rule", "policy.delete_rule"],
            ["mirroring.decide_request", "accounts.change_user", "accounts.add_accesstoken"],
        ),
        ("stan", [], [*SEES, "mirroring.decide_request"]),
    ],
)
def test_a_role_may_do_this_and_not_that(name: str, may: list[str], may_not: list[str]) -> None:
    user = person(name)
    assert [permission for permission in may if not user.has_perm(permission)] == []
    assert [permission for permission in may_not if user.has_perm(permission)] == []


def test_seeding_again_keeps_what_an_admin_added() -> None:
    seed_roles()
    extra = Permission.objects.get(codename="add_user", content_type__app_label="accounts")
    Group.objects.get(name="viewer").permissions.add(extra)
    seed_roles()
    assert Group.objects.get(name="viewer").permissions.filter(pk=extra.pk).exists()
    assert Group.objects.count() == 3


def test_no_role_may_edit_what_only_the_hub_writes() -> None:
    seed_roles()
    writes = Permission.objects.filter(group__isnull=False).exclude(codename__startswith="view_")
    models = set(writes.values_list("content_type__model", flat=True))
    assert models == {"request", "rule", "synonym", "upstream"}
    assert not writes.filter(content_type__model="request", codename__regex="^(add|change|delete)_").exists()

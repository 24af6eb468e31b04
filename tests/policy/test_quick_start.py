from typing import Any

import pytest

from hub.policy.models import Action, Rule
from hub.policy.quick_start import PERMISSIVE_LICENCES, seed_rules
from hub.policy.verdicts import Facts, Verdict, decide

pytestmark = pytest.mark.django_db


def verdict(**facts: Any) -> Verdict:
    known: dict[str, Any] = {
        "upstream": "huggingface",
        "kind": "model",
        "repo_id": "org/name",
        "licence": "apache-2.0",
        "bytes": 10**9,
        "gated": False,
        **facts,
    }
    return decide(Facts(**known), Rule.objects.all())


@pytest.fixture(autouse=True)
def quick_start() -> None:
    seed_rules()


@pytest.mark.parametrize("licence", PERMISSIVE_LICENCES)
def test_a_permissive_licence_comes_in_by_itself(licence: str) -> None:
    assert verdict(licence=licence).action == Action.ALLOW


@pytest.mark.parametrize("licence", ["", "other", "llama3", "gpl-3.0", "cc-by-nc-4.0", "gemma", "openrail"])
def test_any_other_licence_is_put_before_an_admin(licence: str) -> None:
    said = verdict(licence=licence)
    assert (said.action, said.rule) == (Action.ASK, "Anything else")


@pytest.mark.parametrize(("size", "action"), [(20 * 10**9, Action.ALLOW), (20 * 10**9 + 1, Action.ASK)])
def test_twenty_gigabytes_come_in_and_one_byte_more_does_not(size: int, action: Action) -> None:
    assert verdict(bytes=size).action == action


def test_a_gated_repo_is_put_before_an_admin() -> None:
    assert verdict(gated=True).action == Action.ASK


def test_datasets_come_in_by_the_same_rule() -> None:
    assert verdict(kind="dataset", licence="cc-by-4.0").action == Action.ALLOW


def test_seeding_again_changes_nothing_that_an_admin_edited() -> None:
    Rule.objects.filter(name="Permissive and small").update(max_bytes=5, enabled=False)
    seed_rules()
    rule = Rule.objects.get(name="Permissive and small")
    assert (rule.max_bytes, rule.enabled, Rule.objects.count()) == (5, False, 2)

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hub.policy.models import Rule
from hub.policy.quick_start import seed_rules

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]


def test_licences_are_written_as_words(as_person: AsPerson) -> None:
    form = {"name": "Ours", "action": "allow", "position": "5", "enabled": "on", "licences": "MIT, apache-2.0  isc"}
    as_person("oscar").post(reverse("admin:policy_rule_add"), {**form, "suffixes": "bin .pkl"})
    rule = Rule.objects.get(name="Ours")
    assert (rule.licences, rule.suffixes) == (["mit", "apache-2.0", "isc"], [".bin", ".pkl"])


def test_the_list_tells_the_conditions_in_words(as_person: AsPerson) -> None:
    seed_rules()
    page = as_person("vera").get(reverse("admin:policy_rule_changelist")).content.decode()
    assert "up to 20 GB; not gated" in page
    assert "always" in page


def test_trying_facts_shows_what_would_happen_and_why(as_person: AsPerson) -> None:
    seed_rules()
    facts = {"repo_id": "org/name", "kind": "model", "upstream": "huggingface", "licence": "mit", "gigabytes": "3"}
    page = as_person("vera").post(reverse("admin:policy_rule_try_it"), facts).content.decode()
    assert "hub-verdict-allow" in page
    assert "Permissive and small" in page


def test_trying_facts_that_no_rule_allows_says_ask(as_person: AsPerson) -> None:
    seed_rules()
    facts = {"repo_id": "org/name", "kind": "model", "upstream": "huggingface", "licence": "", "gigabytes": "3"}
    page = as_person("vera").post(reverse("admin:policy_rule_try_it"), facts).content.decode()
    assert "hub-verdict-ask" in page
    assert "Anything else" in page


def test_staff_without_a_role_try_nothing(as_person: AsPerson) -> None:
    assert as_person("stan").get(reverse("admin:policy_rule_try_it")).status_code == 403

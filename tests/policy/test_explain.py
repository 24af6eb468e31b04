"""Why a repo is allowed, asked about or denied, rule by rule."""

from hub.policy.models import Action, Rule
from hub.policy.verdicts import Facts, decide, explain

FACTS = Facts("huggingface", "model", "Qwen/Qwen3-8B", "llama3", 16 * 10**9, True, frozenset({".safetensors"}))
NEVER = Rule(name="never", action=Action.DENY, suffixes=[".PKL"], reason="pickles")
SMALL = Rule(name="small", action=Action.ALLOW, licences=["MIT", "apache-2.0"], max_bytes=20 * 10**9, gated=False)
OURS = Rule(name="qwen", action=Action.ALLOW, id_pattern="qwen/*", kind="model", upstream="huggingface")
REST = Rule(name="rest", action=Action.ASK)
RULES = [NEVER, SMALL, OURS, REST]


def test_the_rule_that_decides_is_the_one_that_the_verdict_names() -> None:
    (decided,) = [one.rule.name for one in explain(FACTS, RULES) if one.decides]
    assert decided == decide(FACTS, RULES).rule == "qwen"


def test_what_did_not_hold_is_told_with_what_was_found() -> None:
    small = explain(FACTS, RULES)[1]
    assert not small.matches
    assert {(one.name, one.found, one.holds) for one in small.conditions} == {
        ("licences", "llama3", False),
        ("max_bytes", "16 GB", True),
        ("gated", "gated", False),
    }


def test_rules_behind_the_one_that_decides_are_tried_and_said_not_to_be_reached() -> None:
    assert [(one.rule.name, one.reached, one.matches) for one in explain(FACTS, RULES)] == [
        ("never", True, False),
        ("small", True, False),
        ("qwen", True, True),
        ("rest", False, True),
    ]


def test_a_rule_that_is_switched_off_is_left_out() -> None:
    off = Rule(name="off", action=Action.DENY, enabled=False)
    assert [one.rule.name for one in explain(FACTS, [off, REST])] == ["rest"]


def test_where_no_rule_matches_none_decides() -> None:
    assert not any(one.decides for one in explain(FACTS, [NEVER, SMALL]))
    assert decide(FACTS, [NEVER, SMALL]).action == Action.ASK


def test_licences_and_suffixes_are_compared_in_any_letter_case() -> None:
    facts = Facts("modelscope", "model", "acme/x", "mit", 1, False, frozenset({".pkl"}))
    assert decide(facts, RULES).rule == "never"
    assert decide(facts, [SMALL]).rule == "small"

"""May we hold it: facts and rules in, a verdict out. Pure: no rows are read or written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hub.policy.models import Action, Rule


@dataclass(frozen=True)
class Facts:
    """What is known about a wish. `bytes` and `suffixes` are of the wanted files only."""

    upstream: str
    kind: str
    repo_id: str
    licence: str
    bytes: int
    gated: bool
    suffixes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    action: Action
    reason: str
    rule: str = ""
    """The name of the rule that decided; "" where none matched."""


def decide(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """The first enabled rule that matches decides; where none does, an admin is asked."""
    for rule in rules:
        if rule.enabled and _matches(rule, facts):
            return Verdict(Action(rule.action), rule.reason or f"rule {rule.name!r}", rule.name)
    return Verdict(Action.ASK, "no rule allows it by itself")


def _matches(rule: Rule, facts: Facts) -> bool:
    pattern = rule.id_pattern.lower()
    return all(
        (
            rule.upstream in ("", facts.upstream),
            rule.kind in ("", facts.kind),
            not pattern or fnmatchcase(facts.repo_id.lower(), pattern),
            not rule.licences or facts.licence.lower() in {str(licence).lower() for licence in rule.licences},
            rule.max_bytes is None or facts.bytes <= rule.max_bytes,
            rule.gated is None or rule.gated == facts.gated,
            not rule.suffixes or not facts.suffixes.isdisjoint(str(suffix).lower() for suffix in rule.suffixes),
        )
    )

"""May we hold it: facts and rules in, a verdict out. Pure: no rows are read or written here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hub.policy.models import Action, Rule
from hub.sizes import human_bytes


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


@dataclass(frozen=True)
class Condition:
    """One filled-in condition of a rule: what it wants, what was found, in words for people, and whether it holds."""

    name: str
    wanted: str
    found: str
    holds: bool


@dataclass(frozen=True)
class Tried:
    """A rule and how it went. `reached` is False for rules behind the one that decided; those are tried all the same,
    so that people see what they would have said."""

    rule: Rule
    conditions: tuple[Condition, ...]
    matches: bool
    reached: bool
    decides: bool


def decide(facts: Facts, rules: Iterable[Rule]) -> Verdict:
    """The first enabled rule that matches decides; where none does, an admin is asked."""
    for rule in rules:
        if rule.enabled and _matches(rule, facts):
            return Verdict(Action(rule.action), rule.reason or f"rule {rule.name!r}", rule.name)
    return Verdict(Action.ASK, "no rule allows it by itself")


def explain(facts: Facts, rules: Iterable[Rule]) -> list[Tried]:
    """Every enabled rule in its order, with what held and what did not; the one that decides is `decide`'s."""
    tried: list[Tried] = []
    decided = False
    for rule in rules:
        if not rule.enabled:
            continue
        conditions = tuple(conditions_of(rule, facts))
        matches = all(condition.holds for condition in conditions)
        tried.append(Tried(rule, conditions, matches, reached=not decided, decides=matches and not decided))
        decided = decided or matches
    return tried


def conditions_of(rule: Rule, facts: Facts) -> Iterator[Condition]:
    """The conditions of a rule that are filled in, against these facts. A rule with none always matches."""
    if rule.upstream:
        yield Condition("upstream", rule.upstream, facts.upstream, rule.upstream == facts.upstream)
    if rule.kind:
        yield Condition("kind", rule.kind, facts.kind, rule.kind == facts.kind)
    if rule.id_pattern:
        fits = fnmatchcase(facts.repo_id.lower(), rule.id_pattern.lower())
        yield Condition("id_pattern", rule.id_pattern, facts.repo_id, fits)
    if rule.licences:
        licences = [str(licence) for licence in rule.licences]
        has_it = facts.licence.lower() in {licence.lower() for licence in licences}
        yield Condition("licences", ", ".join(licences), facts.licence or "not stated", has_it)
    if rule.max_bytes is not None:
        fits = facts.bytes <= rule.max_bytes
        yield Condition("max_bytes", f"up to {human_bytes(rule.max_bytes)}", human_bytes(facts.bytes), fits)
    if rule.gated is not None:
        words = ("not gated", "gated")
        yield Condition("gated", words[rule.gated], words[facts.gated], rule.gated == facts.gated)
    if rule.suffixes:
        suffixes = {str(suffix).lower() for suffix in rule.suffixes}
        there = ", ".join(sorted(facts.suffixes)) or "no file"
        yield Condition("suffixes", ", ".join(sorted(suffixes)), there, not facts.suffixes.isdisjoint(suffixes))


def _matches(rule: Rule, facts: Facts) -> bool:
    return all(condition.holds for condition in conditions_of(rule, facts))

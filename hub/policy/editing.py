"""Edits of rules by staff: who let what in is kept."""

from hub.accounts.callers import Caller
from hub.accounts.edits import record_edit, values_of
from hub.policy.models import Rule


def edited(caller: Caller, rule: Rule, before: Rule | None) -> None:
    """After a row was saved; `before` is the row as it was, None for a new one."""
    record_edit(caller, "rule", rule.name, values_of(before) if before else None, values_of(rule))


def deleted(caller: Caller, rule: Rule) -> None:
    """Before a row is deleted."""
    record_edit(caller, "rule", rule.name, values_of(rule), None)

"""The verdict about an update: what the rules say of the new facts, and what the change itself adds to that. Pure."""

from collections.abc import Collection
from typing import Any

from hub.mirroring.follow import Follow
from hub.mirroring.risks import KINDS, risks
from hub.policy.models import Action
from hub.policy.verdicts import Verdict

_WORDS = {
    "licence": "the licence",
    "gated": "who may have it (gated)",
    "code": "files with code",
    "pickles": "files that can run code when loaded",
    "history": "the history, which was rewritten",
    "size": "the size, to more than double",
}


def judge(verdict: Verdict, change: dict[str, Any] | None, auto: str, asks: Collection[str]) -> Verdict:
    """Rules judge what a repo is, not what became of it. So a change of a kind in `asks` is put before an admin even
    where a rule would let the new state in, and nothing softens a rule that denies."""
    if change is None or verdict.action == Action.DENY:
        return verdict
    if risky := [kind for kind in KINDS if kind in risks(change) and kind in asks]:
        return Verdict(Action.ASK, f"the update changes {', '.join(_WORDS[kind] for kind in risky)}", verdict.rule)
    if auto == Follow.Auto.NEVER:
        return Verdict(Action.ASK, "every update of this repo is put before an admin", verdict.rule)
    if auto == Follow.Auto.APPROVED and verdict.action == Action.ASK:
        return Verdict(Action.ALLOW, "it was let in before, and updates of it are let in", verdict.rule)
    return verdict

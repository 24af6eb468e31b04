"""Nudges for whatever is due: after a plan, and once a minute for what other nudges missed."""

from hub.mirroring.settle import settle_waiting
from hub.mirroring.steps import due_requests, plan
from hub.nudge import nudge
from workers.engine.claim import SMALL_LIMIT, due_transfers

MOST_NUDGES = 100


def sweep() -> int:
    """Repairs revisions and nudges everything that is due; how many nudges that were. An expired lease makes a row
    due again by itself."""
    settle_waiting()
    steps = due_requests()
    for request_id, step in steps:
        nudge(f"workers.{step}", request_id)
    return len(steps) + nudge_transfers()


def plan_and_nudge(request_id: int) -> None:
    """The plan, and a nudge for every transfer that it queued."""
    plan(request_id)
    nudge_transfers()


def nudge_transfers() -> int:
    """One nudge for each large transfer that is due, and one for all the small ones; how many that were."""
    large = list(due_transfers().filter(size__gt=SMALL_LIMIT).order_by("pk").values_list("pk", flat=True)[:MOST_NUDGES])
    for transfer_id in large:
        nudge("workers.large", transfer_id)
    small = due_transfers().filter(size__lte=SMALL_LIMIT).exists()
    if small:
        nudge("workers.small")
    return len(large) + small

"""Nudges for whatever is due: after a plan, and once a minute for what other nudges missed."""

import os
import socket

from hub.mirroring.lanes import SMALL_LIMIT
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pauses import URGENT
from hub.mirroring.presence import forget_the_gone
from hub.mirroring.settle import settle_waiting
from hub.mirroring.steps import due_requests, plan
from hub.nudge import nudge
from workers.engine.bell import ring_here
from workers.engine.claim import due_transfers

MOST_NUDGES = 32
"""Messages wake lanes; a lane that is awake takes one transfer after the other until none is due. So it takes no more
messages than there may be idle lanes, whatever the number of transfers."""


def sweep() -> int:
    """Repairs revisions and nudges everything that is due; how many nudges that were. An expired lease makes a row
    due again by itself."""
    settle_waiting()
    forget_the_gone()
    steps = due_requests()
    for request_id, step in steps:
        nudge(f"workers.{step}", request_id)
    return len(steps) + nudge_transfers()


def plan_and_nudge(request_id: int) -> None:
    """The plan, and a nudge for every transfer that it queued; the lanes of this process need not wait for it."""
    plan(request_id)
    nudge_transfers()
    ring_here()


def nudge_transfers() -> int:
    """One nudge for each large transfer that is due, up to MOST_NUDGES, one for all the small ones, and one where
    something is urgent; how many that were."""
    due = due_transfers()
    large = list(
        due.filter(size__gt=SMALL_LIMIT).order_by("-priority", "pk").values_list("pk", flat=True)[:MOST_NUDGES]
    )
    for transfer_id in large:
        nudge("workers.large", transfer_id)
    small = due.filter(size__lte=SMALL_LIMIT).exists()
    if small:
        nudge("workers.small")
    urgent = due.filter(priority__gte=URGENT).exists()
    if urgent:
        nudge("workers.urgent")
    return len(large) + small + urgent


def free_the_dead() -> int:
    """Gives back at once the leases of processes of this host that no longer run: how many that were.

    For the start of an embedded worker, which follows one that was killed. Elsewhere a host name or a process number
    may mean somebody else's process, and the lease runs out by itself.
    """
    freed = 0
    for rows in (Transfer.objects.all(), Request.objects.all()):
        leased = rows.exclude(lease_owner="")
        for owner in set(leased.values_list("lease_owner", flat=True)):
            if _is_dead(owner):
                freed += leased.release(owner)
    return freed


def _is_dead(owner: str) -> bool:
    """Owners are named `host:pid:…` by `claim_name`."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:40] or not rest.isdecimal() or int(rest) == os.getpid():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

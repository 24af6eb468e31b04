"""Celery tasks: each calls one function. Their names are what hub/nudge.py rings for, and what Flower shows.

Those of look, plan, small, large and urgent wake the lanes of this process, which ask the rows what there is to do; the
arguments are for people. They are shared tasks, because the app stands on the floor above: it includes this module by
name.
"""

from celery import shared_task

from hub.mirroring import following
from workers.engine import chores
from workers.engine import sweep as sweeping
from workers.engine.bell import ring_here
from workers.engine.halt import process_halt


@shared_task(name="workers.look")
def look(request_id: int) -> None:
    ring_here()


@shared_task(name="workers.plan")
def plan(request_id: int) -> None:
    ring_here()


@shared_task(name="workers.small")
def small() -> None:
    ring_here()


@shared_task(name="workers.large")
def large(transfer_id: int) -> None:
    ring_here()


@shared_task(name="workers.urgent")
def urgent() -> None:
    ring_here()


@shared_task(name="workers.sweep")
def sweep() -> None:
    sweeping.sweep()


@shared_task(name="workers.refresh")
def refresh() -> None:
    following.refresh_due(stopped=lambda: process_halt().stopped)


@shared_task(name="workers.prune")
def prune() -> None:
    chores.prune(process_halt())


@shared_task(name="workers.evict")
def evict() -> None:
    chores.evict(process_halt())


@shared_task(name="workers.scrub")
def scrub() -> None:
    chores.scrub(process_halt())


@shared_task(name="workers.index")
def index() -> None:
    chores.index(process_halt())

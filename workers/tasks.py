"""Celery tasks: each calls one function. Their names are what hub/nudge.py rings for.

They are shared tasks, because the app stands on the floor above: it includes this module by name.
"""

from celery import shared_task

from hub.mirroring import steps
from workers.engine import sweep as sweeping
from workers.engine.halt import process_halt
from workers.engine.land import run_large
from workers.engine.small import drain_small


@shared_task(name="workers.look")
def look(request_id: int) -> None:
    steps.look(request_id)


@shared_task(name="workers.plan")
def plan(request_id: int) -> None:
    sweeping.plan_and_nudge(request_id)


@shared_task(name="workers.small")
def small() -> None:
    drain_small(process_halt())


@shared_task(name="workers.large")
def large(transfer_id: int) -> None:
    run_large(process_halt(), transfer_id)


@shared_task(name="workers.sweep")
def sweep() -> None:
    sweeping.sweep()

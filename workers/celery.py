"""The Celery app of the workers: `celery -A workers.celery worker`. Only used where HUB_BROKER_URL is set.

Messages only nudge: every task asks the rows what there is to do, so a message may be lost, late or delivered twice.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down

from workers.engine.halt import process_halt
from workers.engine.rhythm import SWEEP_SECONDS

# Celery may be the one that starts Django.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")


def _broker_url() -> str:
    from django.conf import settings

    return str(settings.BROKER_URL) or "memory://"


app = Celery("entrepot", broker=_broker_url(), include=["workers.tasks"])
app.conf.update(
    # Nobody reads results; keeping them would be a second truth beside the rows.
    task_ignore_result=True,
    # A message of a worker that was killed comes back. The lease decides who works, so coming twice is harmless.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Work is long: a message held in reserve would wait behind hours of it while another worker is idle.
    worker_prefetch_multiplier=1,
    # The engine is made of threads that wait for sockets, and shares one bound on connections within a process.
    worker_pool="threads",
    worker_concurrency=8,
    task_serializer="json",
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    beat_schedule={
        "sweep": {"task": "workers.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}
    },
)


@worker_shutting_down.connect
def give_leases_back(**_: Any) -> None:
    """A warm shutdown does not wait for a file of 100 GB: its durable parts stay, and its lease is freed at once."""
    process_halt().stop()

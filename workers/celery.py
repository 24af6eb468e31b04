"""The Celery app: `celery -A workers.celery worker`, or `manage.py work`. Only used where HUB_BROKER_URL is set.

A worker process holds the same lanes as an embedded one (workers/engine/loop.py), for the queues that it consumes. A
message only rings for them, in a moment: it may be lost, late or delivered twice, and hours of work hold no message
back and no place to consume the next one. Chores are the exception: they are done where their message arrives.
"""

import os

# Celery may be the one that starts Django.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")

from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_init, worker_shutting_down
from kombu import Queue

from hub.nudge import QUEUE_OF, QUEUES
from workers.engine.departure import Departure
from workers.engine.halt import process_halt
from workers.engine.rhythm import EVICT_SECONDS, INDEX_SECONDS, SCRUB_SECONDS, SWEEP_SECONDS

EVERY_NIGHT = crontab(hour="3", minute="17")
"""By the clock, not after so many hours: a beat that is restarted every day would never get there."""


def _chore(task: str, schedule: Any, expires: float) -> dict[str, Any]:
    """A message that nobody took by the time of the next is worth nothing."""
    return {"task": task, "schedule": schedule, "options": {"expires": expires, "queue": "chores"}}


def _broker_url() -> str:
    from django.conf import settings

    return str(settings.BROKER_URL) or "memory://"


app = Celery("entrepot", broker=_broker_url(), include=["workers.tasks"])
app.conf.update(
    # Nobody reads results; keeping them would be a second truth beside the rows.
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    # Acknowledged as it begins: a nudge is done in a moment, and what a killed worker was at is found by the rows. Late
    # acknowledgement would have Redis deliver a long chore again after an hour (visibility_timeout), while it runs.
    task_acks_late=False,
    # As few messages as possible wait behind a chore.
    worker_prefetch_multiplier=1,
    worker_pool="threads",
    worker_concurrency=4,
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_queue="chores",
    task_routes={task: {"queue": queue} for task, queue in QUEUE_OF.items()},
    task_serializer="json",
    accept_content=["json"],
    # Flower and `celery events` see what is nudged; a row in the admin tells what a worker is at.
    worker_send_task_events=True,
    # The broker may be away for as long as it likes; the lanes go on by themselves.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"socket_keepalive": True, "socket_timeout": 30, "socket_connect_timeout": 5},
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    # Keeps nothing in a file: what was due while beat was away is done a minute later, or the night after.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
    # Two beats at once only send twice what may be done twice.
    beat_schedule={
        "sweep": _chore("workers.sweep", SWEEP_SECONDS, SWEEP_SECONDS),
        "refresh": _chore("workers.refresh", SWEEP_SECONDS, SWEEP_SECONDS),
        "scrub": _chore("workers.scrub", SCRUB_SECONDS, SCRUB_SECONDS),
        "evict": _chore("workers.evict", EVICT_SECONDS, EVICT_SECONDS),
        "index": _chore("workers.index", INDEX_SECONDS, INDEX_SECONDS),
        "prune": _chore("workers.prune", EVERY_NIGHT, 6 * 3600),
    },
)

_departure = Departure(process_halt())


@setup_logging.connect
def keep_the_log(**_: Any) -> None:
    """The settings have made the log. That somebody listens keeps Celery from setting the level of the root."""


@worker_init.connect
def start_lanes(sender: Any, **_: Any) -> None:
    """Before the broker is asked for anything: what is due is done without it too."""
    import django

    django.setup()
    from hub.metrics.port import open_port
    from workers.engine.loop import Worker

    open_port()
    queues = set(sender.app.amqp.queues.consume_from) & set(QUEUES)
    _departure.start(Worker(process_halt(), queues=queues, remote=True).run)


@worker_shutting_down.connect
def give_leases_back(how: str = "Warm", **_: Any) -> None:
    """A shutdown does not wait for a file of 100 GB: its durable parts stay, and its lease is freed at once."""
    _departure.begin(hurried=how != "Warm")

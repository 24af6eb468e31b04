"""`manage.py beat`: sends the chores round, where workers have a broker."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Sends the chores (sweep, refresh, scrub, evict, prune) to the workers at their times. Needs HUB_BROKER_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.EMBEDDED:
            raise CommandError("Without HUB_BROKER_URL the worker does the chores itself; there is nothing to send.")
        command = [sys.executable, "-m", "celery", "-A", "workers.celery", "beat", "--loglevel", settings.LOG_LEVEL]
        os.chdir(settings.BASE_DIR)
        # The same process goes on as Celery: whoever started this one signals and watches that one.
        os.execv(sys.executable, [*command, "--pidfile", ""])  # noqa: S606  (no shell: nothing here comes from outside)

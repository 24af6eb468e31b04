"""`manage.py down`: stops the hub that runs from this data directory."""

from typing import Any

from django.core.management.base import BaseCommand

from workers.management.running import stop
from workers.management.supervisor import GRACE_SECONDS


class Command(BaseCommand):
    help = "Stops the hub that `up` or `serve` started; requests and transfers under way get half a minute to end."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        was_running = stop(grace=GRACE_SECONDS + 10)
        self.stdout.write("Entrepot has stopped." if was_running else "Entrepot is not running.")

"""`manage.py serve`: the hub in the foreground, web and (embedded) worker."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workers.management.doors import insist_on_port, prepared
from workers.management.running import AlreadyRunning, only_one, running_pid
from workers.management.supervisor import Child, StartFailed, Supervisor
from workers.management.welcome import lines


class Command(BaseCommand):
    help = "Prepares the hub and serves it in the foreground; Ctrl-C stops it. Without HUB_BROKER_URL with its worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="do not print the address and the login")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one("serve"):
                insist_on_port()
                welcome = prepared()
                if not options["quiet"]:
                    self.stdout.write("\n".join(lines(welcome, "Ctrl-C")) + "\n")
                    self.stdout.flush()
                Supervisor(children()).run()
        except AlreadyRunning:
            raise CommandError(
                f"The hub already runs from {settings.DATA_DIR} as process {running_pid()}. "
                "Stop it with `manage.py down`, or set HUB_DATA_DIR to another directory."
            ) from None
        except StartFailed as error:
            raise CommandError(f"The hub did not start: {error}. The lines above say why.") from error


def children() -> list[Child]:
    """The web server, and the worker where no broker feeds workers elsewhere."""
    python, base = sys.executable, settings.BASE_DIR
    web = [python, "-m", "gunicorn", "-c", str(base / "deploy" / "gunicorn.conf.py"), "hub.wsgi"]
    found = [Child("web", web, base)]
    if settings.EMBEDDED:
        found.append(Child("worker", [python, str(base / "manage.py"), "work"], base))
    return found

"""`manage.py up`: the hub in the background."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workers.management.address import local_address, public_address
from workers.management.doors import insist_on_port, prepared
from workers.management.running import AlreadyRunning, log_path, only_one, running_pid
from workers.management.welcome import how_to_stop, lines, login_lines

READY_SECONDS = 90
LOG_LIMIT = 20 * 1024 * 1024


class Command(BaseCommand):
    help = "Starts the hub in the background, waits until it answers, and says where it is. Stop it with `down`."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one("up"):
                self._start()
        except AlreadyRunning:
            raise CommandError("Another `up` is starting the hub at this moment; wait for it.") from None

    def _start(self) -> None:
        if (pid := running_pid()) is not None:
            self.stdout.write(f"Entrepot is already up at {public_address()} (process {pid}, log {log_path()})")
            return
        insist_on_port()
        welcome = prepared()
        try:
            _wait_until_ready(_spawn())
        except CommandError:
            # Login and token are shown this once, also where the start fails after they were made.
            self.stdout.write("\n".join(login_lines(welcome) if welcome.token else []))
            raise
        self.stdout.write("\n".join(lines(welcome, how_to_stop())))


def _spawn() -> subprocess.Popen[bytes]:
    log = log_path()
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with open(log, "ab") as file:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", "--quiet"]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, cwd=settings.BASE_DIR
        )


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    """Raises CommandError with the end of the log where the hub ends or stays silent."""
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _is_ready():
            return
        time.sleep(0.2)
    gone = process.poll() is not None
    if not gone:
        process.terminate()
    reason = f"it ended with code {process.returncode}" if gone else f"no answer in {READY_SECONDS} s"
    raise CommandError(f"The hub did not start ({reason}). The end of {log_path()}:\n{_tail()}")


def _is_ready() -> bool:
    # No proxy: the question is for this host, whatever HTTP_PROXY says.
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with ask.open(f"{local_address()}/-/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _tail(size: int = 4096) -> str:
    with open(log_path(), "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - size))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-25:])

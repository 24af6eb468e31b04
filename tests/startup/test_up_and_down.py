"""`up`, `down` and `serve` as a person uses them, with real processes."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.processes import ROOT, free_port, plain_environment, until, with_variable


class Person:
    """Somebody at a terminal, with a data directory and a port of their own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.data = folder / "data"
        self.port = free_port()
        named = {
            "HUB_DATA_DIR": str(self.data),
            "HUB_PORT": str(self.port),
            "HUB_HUGGINGFACE_URL": "http://127.0.0.1:9",
            **settings,
        }
        self.env = plain_environment(**named)

    def types(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=180,
        )

    def processes(self) -> dict[int, str]:
        return with_variable("HUB_DATA_DIR", str(self.data))

    def served_by(self) -> int:
        return int((self.data / "serve.pid").read_text())

    def sees(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return int(answer.status)


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    someone = Person(tmp_path)
    yield someone
    someone.types("down")
    for pid in someone.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_a_hub_goes_up_says_what_a_person_needs_and_goes_down(person: Person) -> None:
    up = person.types("up")
    assert up.returncode == 0, up.stdout + up.stderr
    address = f"http://127.0.0.1:{person.port}"
    for text in (address, f"{address}/-/admin/", f"HF_ENDPOINT={address} hf download", "hub.log", "make down"):
        assert text in up.stdout
    assert re.search(r"login +admin / \S{12,}", up.stdout)
    (token,) = re.findall(r"hf_[A-Za-z0-9]{40}", up.stdout)
    assert [person.sees(path) for path in ("/-/health/live", "/-/health/ready", "/-/")] == [200, 200, 200]

    log = (person.data / "logs" / "hub.log").read_text()
    assert token not in log
    assert "admin /" not in log

    again = person.types("up")
    assert again.returncode == 0
    assert "already up" in again.stdout
    assert address in again.stdout

    beside = person.types("serve")
    assert beside.returncode == 1
    assert "already runs" in beside.stderr

    down = person.types("down")
    assert "has stopped" in down.stdout
    until("every process has ended", lambda: not person.processes())
    assert "not running" in person.types("down").stdout

    second = person.types("up")
    assert token not in second.stdout
    assert "changepassword" in second.stdout


def test_killing_the_supervisor_leaves_nothing_running_and_the_next_start_works(person: Person) -> None:
    assert person.types("up").returncode == 0
    os.kill(person.served_by(), signal.SIGKILL)
    until("the children have ended too", lambda: not person.processes())
    assert person.types("up").returncode == 0
    assert person.sees("/-/health/ready") == 200


def test_a_web_server_or_worker_that_dies_is_started_again(person: Person) -> None:
    assert person.types("up").returncode == 0
    before = dict(person.processes())
    victims = [pid for pid, line in before.items() if re.search(r"gunicorn|manage.py work", line)]
    assert len(victims) >= 3
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def back() -> bool:
        with contextlib.suppress(OSError):
            lines = " ".join(person.processes().values())
            return "manage.py work" in lines and person.sees("/-/health/ready") == 200
        return False

    until("both run again", back)
    assert not set(victims) & set(person.processes())


def test_a_port_that_is_taken_is_named_with_the_way_out(person: Person) -> None:
    with socket.create_server(("127.0.0.1", person.port)):
        for command in ("up", "serve"):
            ended = person.types(command)
            assert ended.returncode == 1
            assert "HUB_PORT" in ended.stderr
            assert "Traceback" not in ended.stderr


def test_a_hub_that_cannot_start_shows_the_end_of_its_log(person: Person) -> None:
    person.env["HUB_STORE_URL"] = "file:///proc/nothing/can/be/made/here"
    ended = person.types("up")
    assert ended.returncode == 1
    assert "HUB_STORE_URL" in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [
        ("HUB_PORT", "eighty", "HUB_PORT"),
        ("HUB_ANONYMOUS_PULL", "perhaps", "'on' or 'off'"),
        ("HUB_SECRET_KEY_FILE", "/nowhere/key", "HUB_SECRET_KEY_FILE"),
        ("HUB_EXTERNAL_URL", "hub.example.org", "hub.E002"),
        ("HUB_BROKER_URL", "redis://127.0.0.1:9", "hub.E001"),
        ("HUB_HOST", "no.such.host.invalid", "HUB_HOST"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start_in_words(
    setting: str, value: str, word: str, person: Person
) -> None:
    person.env[setting] = value
    ended = person.types("up")
    assert ended.returncode == 1
    assert word in ended.stderr
    assert "Traceback" not in ended.stderr

"""pulp_hugging_face (PyPI) beside us: a caching mirror on Postgres and Redis with API, content servers and worker."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer

from .environments import program
from .ground import Ground, free_port
from .process import clean_environment, running, wait_for
from .upstream import Upstream

PACKAGE, VERSION = "pulp-hugging-face", "0.3.2"
PASSWORD = "only for the bench"
WORKERS = "2"
PATIENCE = 60.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Pulp:
    """A running pulp. Every `endpoint()` is a new remote that holds nothing yet."""

    api: str
    content: str
    upstream: str

    def endpoint(self) -> str:
        """The address for HF_ENDPOINT."""
        name = f"hf-{uuid.uuid4().hex[:8]}"
        remote = self._make("remotes", name, url=self.upstream, hf_hub_url=self.upstream, policy="on_demand")
        made = self._make("distributions", name, base_path=name, remote=remote["pulp_href"])
        self._wait(made["task"])
        return f"{self.content}/pulp/content/{name}"

    def _make(self, what: str, name: str, **fields: str) -> dict[str, Any]:
        return self._ask(f"/pulp/api/v3/{what}/hugging_face/hugging-face/", {"name": name, **fields})

    def _wait(self, task: str) -> None:
        """A worker makes it. Who asks for it before that is told that it is not there, and so is everybody after."""
        deadline = time.monotonic() + PATIENCE
        while (state := self._ask(task)["state"]) != "completed":
            if state in ("failed", "canceled") or time.monotonic() > deadline:
                raise RuntimeError(f"pulp left a task {state}")
            time.sleep(0.1)

    def _ask(self, path: str, told: Mapping[str, str] | None = None) -> dict[str, Any]:
        login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        asked = urllib.request.Request(
            self.api + path,
            json.dumps(told).encode() if told else None,
            {"Content-Type": "application/json", "Authorization": f"Basic {login}"},
        )
        try:
            with DIRECT.open(asked, timeout=60) as answer:
                found: dict[str, Any] = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"pulp refused {path}: {error.read()[:500]!r}") from error
        return found


@contextmanager
def pulp(ground: Ground, source: Upstream) -> Iterator[Pulp]:
    """Fresh, with as many content workers as our hub has web workers."""
    manager = program(PACKAGE, VERSION, "pulpcore-manager")
    with ExitStack() as parts:
        folder = parts.enter_context(ground.folder("pulp"))
        database, redis = parts.enter_context(PostgresServer()), parts.enter_context(RedisServer())
        api, content = free_port(), free_port()
        _write_settings(folder, database, redis, content)
        environment = {
            "PULP_SETTINGS": str(folder / "settings.py"),
            "DJANGO_SETTINGS_MODULE": "pulpcore.app.settings",
            "PATH": os.environ["PATH"],
        }
        for command in (("migrate", "--noinput"), ("reset-admin-password", "--password", PASSWORD)):
            _manage(manager, command, environment)
        for name, port in (("api", api), ("content", content), ("worker", 0)):
            words = [manager.with_name(f"pulpcore-{name}")]
            options = ["--bind", f"127.0.0.1:{port}", "--workers", WORKERS] if port else []
            process = parts.enter_context(running([*words, *options], folder, name, environment))
            if port:
                address = f"http://127.0.0.1:{port}/pulp/{'api/v3/status/' if name == 'api' else 'content/'}"
                wait_for(address, process, folder / f"{name}.log", (200, 404))
        yield Pulp(f"http://127.0.0.1:{api}", f"http://127.0.0.1:{content}", source.url)


def _manage(manager: Path, command: tuple[str, ...], environment: dict[str, str]) -> None:
    done = subprocess.run([manager, *command], env=clean_environment(environment), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"pulpcore-manager {command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")


def _write_settings(folder: Path, database: PostgresServer, redis: RedisServer, content: int) -> None:
    for name in ("media", "tmp", "assets"):
        (folder / name).mkdir()
    (folder / "key").write_bytes(base64.b64encode(os.urandom(32)))
    own = {
        "SECRET_KEY": PASSWORD,
        "CONTENT_ORIGIN": f"http://127.0.0.1:{content}",
        "DEPLOY_ROOT": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "assets"),
        "WORKING_DIRECTORY": str(folder / "tmp"),
        "FILE_UPLOAD_TEMP_DIR": str(folder / "tmp"),
        "DB_ENCRYPTION_KEY": str(folder / "key"),
        "CACHE_ENABLED": True,
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": redis.port,
        "ANALYTICS": False,
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "hub",
                "USER": "postgres",
                "HOST": "127.0.0.1",
                "PORT": database.port,
            }
        },
    }
    (folder / "settings.py").write_text("".join(f"{name} = {value!r}\n" for name, value in own.items()))

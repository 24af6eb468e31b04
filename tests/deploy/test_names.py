"""What the files of deploy/ name exists: settings, commands, queues, ports, paths, checks of health."""

import argparse
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from django.test import Client
from django.urls import resolve

from hub import settings
from hub.nudge import QUEUES
from tests.deploy.env_example import rows, text
from tests.deploy.files import DEPLOY, ROOT, commands_in_yaml, read_yaml, texts

SETTINGS = settings.env.names | {f"{name}_FILE" for name in settings.env.names}


@pytest.mark.parametrize("name", sorted(texts()))
def test_every_setting_that_is_named_exists(name: str) -> None:
    named = set(re.findall(r"\bHUB_[A-Z0-9_]*[A-Z0-9]\b", texts()[name]))
    assert named - SETTINGS == set()


def test_the_example_is_what_the_operator_guide_says() -> None:
    assert (DEPLOY / "env.example").read_text() == text(), "run `python -m tests.deploy.env_example`"


def test_every_setting_is_in_the_example() -> None:
    assert settings.env.names - {name for name, _, _ in rows()} == set()


def commands_in_units() -> Iterator[tuple[str, list[str]]]:
    for path in sorted((DEPLOY / "systemd").glob("*.service")):
        line = next(line for line in path.read_text().splitlines() if line.startswith("ExecStart="))
        yield path.name, shlex.split(line.partition("manage.py ")[2])


def commands_in_chart() -> Iterator[tuple[str, list[str]]]:
    for path in sorted((DEPLOY / "helm" / "entrepot" / "templates").glob("*")):
        for arguments in re.findall(r"^ *args: (\[.*\])$", path.read_text(), re.MULTILINE):
            yield f"helm:{path.name}", yaml.safe_load(re.sub(r"\{\{.*?\}\}", "plan,large", arguments).replace('"', ""))


def as_words(arguments: list[str]) -> list[str]:
    return [",".join(word) if isinstance(word, list) else str(word) for word in arguments]


COMMANDS = [*commands_in_yaml(), *commands_in_units()]


@pytest.mark.parametrize(("where", "arguments"), COMMANDS, ids=[where for where, _ in COMMANDS])
def test_every_command_exists_and_takes_its_options(where: str, arguments: list[str]) -> None:
    name, *rest = arguments
    app = get_commands()[name]
    parser = load_command_class(app, name).create_parser("manage.py", name)
    options = parser.parse_args(rest)
    assert isinstance(options, argparse.Namespace)
    if queues := getattr(options, "queues", None):
        assert set(queues.split(",")) == set(QUEUES), f"{where} leaves a queue to nobody"


def test_the_commands_of_the_chart_exist() -> None:
    found = dict(commands_in_chart())
    assert {arguments[0] for arguments in found.values()} <= set(get_commands())
    queues = read_yaml("helm/entrepot/values.yaml")["workers"]["all"]["queues"]
    assert set(queues.split(",")) == set(QUEUES)


def test_the_image_starts_what_exists() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert 'ENTRYPOINT ["python", "/app/manage.py"]' in dockerfile
    assert 'CMD ["serve"]' in dockerfile
    for source in re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.MULTILINE):
        assert (ROOT / source).exists(), source
        kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        assert f"!{source}" in kept


class TestPorts:
    production = read_yaml("compose.production.yaml")["services"]

    def test_of_the_image_compose_and_nginx_agree(self) -> None:
        assert "HUB_PORT=8000" in (DEPLOY / "Dockerfile").read_text()
        assert "EXPOSE 8000" in (DEPLOY / "Dockerfile").read_text()
        assert read_yaml("compose.yaml")["services"]["hub"]["ports"][0].endswith(":8000")
        nginx = (DEPLOY / "nginx.conf").read_text()
        assert "server web:8000" in nginx
        assert re.search(r"^\s*listen 8080", nginx, re.MULTILINE)
        assert self.production["nginx"]["ports"][0].endswith(":8080")
        assert ":8080/" in self.production["nginx"]["healthcheck"]["test"][-1]

    def test_of_the_metrics_agree(self) -> None:
        worker = self.production["worker"]
        port = worker["environment"]["HUB_METRICS_PORT"]
        assert port in worker["healthcheck"]["test"][-1]
        scraped = read_yaml("prometheus/prometheus.yml")["scrape_configs"]
        targets = {job["job_name"]: job["static_configs"][0]["targets"][0] for job in scraped}
        assert targets == {"entrepot-web": "web:8000", "entrepot-worker": f"worker:{port}"}

    def test_of_the_store_agree(self) -> None:
        settings_of_hub = self.production["web"]["environment"]
        assert "endpoint=http://s3:8333" in settings_of_hub["HUB_STORE_URL"]
        assert "-s3.port=8333" in self.production["s3"]["command"]
        assert "server s3:8333" in (DEPLOY / "nginx.conf").read_text()


def test_every_address_that_is_probed_is_served(client: Client) -> None:
    probed: set[str] = set()
    for content in texts().values():
        probed |= set(re.findall(r"/-/(?:health/[a-z]+|metrics)\b", content))
    assert probed >= {"/-/health/live", "/-/health/ready", "/-/metrics"}
    for address in probed:
        assert resolve(address).namespace == "web"


@pytest.mark.parametrize("name", ["compose.yaml", "compose.production.yaml"])
def test_containers_of_the_hub_have_a_read_only_root_and_no_rights(name: str) -> None:
    for service, what in read_yaml(name)["services"].items():
        if str(what["image"]).startswith("entrepot"):
            assert what["read_only"] is True, service
            assert what["cap_drop"] == ["ALL"], service
            assert "no-new-privileges:true" in what["security_opt"], service
            assert any(str(mount).startswith("/tmp:") for mount in what["tmpfs"]), service


def secrets_of(what: dict[str, Any]) -> set[str]:
    text = yaml.safe_dump(what)
    return set(re.findall(r"/run/secrets/([a-z0-9_]+)", text))


def test_every_secret_that_is_read_is_given_and_made() -> None:
    compose = read_yaml("compose.production.yaml")
    made = set(
        re.findall(r"^(?:keep|for name in)? ?([a-z0-9_ ]+?)(?:; do| \")", (DEPLOY / "make-secrets").read_text(), re.M)
    )
    names = {name for group in made for name in group.split()}
    for service, what in compose["services"].items():
        assert secrets_of(what) <= set(what.get("secrets", [])), service
        assert set(what.get("secrets", [])) <= set(compose["secrets"]), service
    assert set(compose["secrets"]) <= names


@pytest.mark.parametrize("name", ["compose.yaml", "compose.production.yaml"])
def test_no_secret_stands_in_the_environment_of_a_container(name: str) -> None:
    for service, what in read_yaml(name)["services"].items():
        for variable in what.get("environment", {}):
            is_secret = re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_URL|BROKER_URL|CREDENTIALS", variable)
            assert not is_secret or variable.endswith("_FILE"), (service, variable)

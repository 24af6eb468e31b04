"""A client that is generated from the description: it lists, searches, tries, asks, and follows."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command

from hub.accounts.tokens import issue
from hub.mirroring.models import Request
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests import people
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world
from tests.index.corpus import listed
from tests.mirroring.conftest import advance, land

PACKAGE = "entrepot_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the client's package in it."""
    folder = tmp_path_factory.mktemp("generated")
    schema = folder / "schema.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(schema))
    (folder / "config.yaml").write_text(json.dumps({"post_hooks": [], "package_name_override": PACKAGE}))
    run = subprocess.run(
        [
            str(Path(sys.executable).parent / "openapi-python-client"),
            "generate",
            "--path",
            str(schema),
            "--config",
            str(folder / "config.yaml"),
            "--output-path",
            str(folder / "made"),
            "--meta",
            "none",
            "--fail-on-warning",
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    (folder / "made").rename(folder / PACKAGE)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def made(generated: Path) -> Any:
    """`made("api.repos.repos_list")` is that module of the client."""

    def module(name: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{name}")

    return module


@pytest.mark.django_db(transaction=True)
def test_it_lists_searches_tries_asks_and_follows(made: Any, live_server: Any, upstream: Upstream) -> None:
    Rule.objects.create(name="permissive", action=Action.ALLOW, licences=["mit"], reason="it is free")
    publish(FakeRepo("acme/held", {"README.md": "one"}))
    listed(upstream, "acme/listed", licence="mit").save()
    token = issue(people.person("nina"), "a program")
    client = made("client").AuthenticatedClient(base_url=live_server.url, token=token, raise_on_unexpected_status=True)

    repos = made("api.repos.repos_list").sync(client=client)
    assert [repo.name for repo in repos.results] == ["huggingface:acme/held"]

    found = made("api.index.index_search").sync(client=client, q="listed")
    assert [(entry.name, entry.licence) for entry in found.results] == [("huggingface:acme/listed", "mit")]

    models = made("models")
    wish = models.WishInputRequest(repo_id=world.TINY)
    cost = made("api.requests.requests_dry_run").sync(client=client, body=wish)
    assert (cost.outcome, cost.licence) == ("fetched", "mit")
    assert cost.shares.to_fetch > 0
    assert not Request.objects.exists()

    create = made("api.requests.requests_create")
    asked = create.sync_detailed(client=client, body=wish, idempotency_key="once")
    assert asked.status_code == 201
    again = create.sync_detailed(client=client, body=wish, idempotency_key="once")
    assert again.parsed.id == asked.parsed.id

    retrieve = made("api.requests.requests_retrieve")
    assert retrieve.sync(asked.parsed.id, client=client).standing.ended is False
    advance(Request.objects.get())
    land()
    now = retrieve.sync(asked.parsed.id, client=client)
    assert (now.state, now.standing.percent) == ("published", 100)

    problem = retrieve.sync_detailed(999, client=client)
    assert (problem.status_code, problem.parsed.code) == (404, "Missing")

"""The description of the API is whole and right, and people can read it in a browser."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.conftest import ROOT

pytestmark = pytest.mark.django_db


def test_it_is_valid_and_made_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3.1.0")


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"{ROOT}/schema", headers={"Accept": "application/json"}).json()
    return told


def test_every_operation_has_a_summary_a_tag_and_the_errors(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert len(operation["tags"]) == 1
            assert {"400", "401", "403", "404", "503"} <= set(operation["responses"])
            assert operation["security"], (method, path)


def test_every_write_takes_an_idempotency_key(schema: dict[str, Any]) -> None:
    only_ask = {"requests_dry_run", "upstreams_check"}
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            writes = method != "get" and operation["operationId"] not in only_ask
            assert ("Idempotency-Key" in headers) == writes, operation["operationId"]


def test_it_says_how_to_show_who_asks(schema: dict[str, Any]) -> None:
    assert set(schema["components"]["securitySchemes"]) == {"bearer", "session"}


@pytest.mark.usefixtures("closed")
def test_the_description_is_for_everybody_as_the_guide_is(client: Client) -> None:
    assert client.get(f"{ROOT}/schema").status_code == 200
    assert client.get(f"{ROOT}/docs").status_code == 200
    assert client.get("/-/docs/api").status_code == 200


def test_the_page_runs_no_script_that_is_not_a_file_of_this_hub(client: Client) -> None:
    answer = client.get(f"{ROOT}/docs")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert page.count("<script") == page.count('<script src="/-/static/')
    for name in ("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js", "api/docs.js", "api/docs.css"):
        assert f"/-/static/{name}" in page
        assert client.get(f"/-/static/{name}").status_code == 200

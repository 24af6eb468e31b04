"""Made-up requests for every operation: nothing breaks, and every answer is as it is described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hub.accounts.models import User
from hub.accounts.tokens import issue
from hub.api import streams
from hub.mirroring.models import Comment, Transfer
from hub.policy.models import Rule
from tests import people
from tests.api.conftest import ROOT
from tests.catalog.published import publish
from tests.fakes import FakeRepo
from tests.index.corpus import listed

EXAMPLES = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One of each thing, and no limits that would make every answer the same."""
    monkeypatch.setattr("hub.api.throttle.Writes.most", 10**9)
    monkeypatch.setattr("hub.api.throttle.Questions.most", 10**9)
    monkeypatch.setattr(streams, "SECONDS", 0.0)
    publish(FakeRepo("acme/tiny", {"README.md": "one", "a.txt": "a"}))
    row = people.request()
    Comment.objects.create(request=row, author_name="adam", text="hello")
    Rule.objects.create(name="rest", action="ask")
    listed(people.upstream(), "acme/other").save()
    Transfer.objects.create(
        digest="sha256:" + "a" * 64,
        size=10,
        upstream=people.upstream(),
        kind="model",
        repo_id="acme/tiny",
        commit="c" * 40,
        path="x.bin",
    )
    return


def answers(headers: dict[str, str]) -> int:
    """Sends EXAMPLES made-up requests to every operation; how many operations there were."""
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/schema", get_wsgi_application())
    operations = [result.ok() for result in schema.get_all_operations()]
    troubles = "\n".join(trouble for one in operations if (trouble := _trouble(one, headers)))
    assert not troubles, troubles
    return len(operations)


def _trouble(operation: Any, headers: dict[str, str]) -> str:
    """What an operation answered that it should not have; "" where all was well."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    try:
        send()
    except FailureGroup as group:
        return f"{operation.label}: {group.message} {group.exceptions}"
    return ""


@pytest.mark.usefixtures("world")
def test_to_an_operator_and_approver_every_answer_is_as_it_is_described() -> None:
    adam: User = people.person("adam")
    assert answers({"Authorization": f"Bearer {issue(adam, 'schemathesis')}"}) > 30


@pytest.mark.usefixtures("world")
def test_to_a_stranger_too() -> None:
    assert answers({}) > 30


@pytest.mark.usefixtures("world", "closed")
def test_and_to_a_stranger_of_a_closed_hub() -> None:
    assert answers({}) > 30

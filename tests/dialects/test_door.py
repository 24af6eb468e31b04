"""Which dialect answers which address."""

import pytest

from hub.catalog.models import Repo
from tests.dialects.conftest import Ask

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/nothing",
        "//api/v1/nothing",
        "/openapi/v1/nothing",
        "/models/acme",
        "/api/v1/models/gpt2",
        "/api/v1/login",
    ],
)
def test_modelscope(ask: Ask, target: str) -> None:
    answer = ask(target)
    assert answer.status_code == 404
    assert answer.json().get("Success", answer.json().get("success")) is False


@pytest.mark.parametrize(
    "target", ["/api/nothing", "/api/v1", "/api/v10/x", "/openapi", "/nothing/models/x", "/api/models/v1/nothing/x"]
)
def test_hugging_face(ask: Ask, target: str) -> None:
    answer = ask(target)
    assert answer.status_code == 404
    assert answer["X-Error-Message"]


def test_forms_that_both_hubs_have_lead_to_the_same_file(ask: Ask, held_tiny: Repo) -> None:
    for revision in ("main", "master"):
        for prefix in ("/acme/tiny", "/models/acme/tiny", "/api/v1/models/acme/tiny"):
            answer = ask(f"{prefix}/resolve/{revision}/model.safetensors")
            assert answer["X-Linked-ETag"] == answer["ETag"]
            assert answer.status_code == 200

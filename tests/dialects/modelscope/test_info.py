import pytest

from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.dialects.conftest import Ask
from tests.dialects.modelscope.conftest import MODEL
from tests.fakes import FakeRepo

pytestmark = pytest.mark.django_db

NAMES = (
    "Id Name Path ChineseName Visibility License Description Downloads Stars Likes CreatedTime LastUpdatedTime "
    "Revision Tags Tasks ModelType Architectures ReadMeContent Organization ModelInfos BackendSupport IsAccessible "
    "ApprovalMode ProtectedMode"
)


@pytest.mark.parametrize("family", ["huggingface", "modelscope"])
def test_a_model_has_every_name_that_clients_know(ask: Ask, tiny: FakeRepo, family: str) -> None:
    publish(tiny, family=family)
    answer = ask(MODEL)
    told = answer.json()
    assert (told["Code"], told["Success"], bool(told["RequestId"])) == (200, True, True)
    data = told["Data"]
    assert set(NAMES.split()) <= set(data)
    assert (data["Path"], data["Name"], data["Revision"], data["License"]) == ("acme", "tiny", "master", "mit")
    assert (data["Visibility"], data["ProtectedMode"]) == (5, 2)
    assert data["CreatedTime"] == int(tiny.created.timestamp())


def test_what_modelscope_told_goes_on_and_its_promises_do_not(ask: Ask, from_modelscope: Repo) -> None:
    revision = from_modelscope.refs.get(name="master").revision
    revision.info = {"ChineseName": "小", "Visibility": 1, "Id": 99, "Tasks": [{"Name": "x"}], "Downloads": 5}
    revision.save()
    data = ask(MODEL).json()["Data"]
    assert (data["ChineseName"], data["Tasks"]) == ("小", [{"Name": "x"}])
    assert (data["Visibility"], data["Id"], data["Downloads"]) == (5, from_modelscope.pk, 0)


def test_where_both_hubs_are_held_each_dialect_prefers_its_own(ask: Ask, tiny: FakeRepo) -> None:
    publish(tiny)
    other = FakeRepo("acme/tiny", {"README.md": "# The same name on the other hub\n"})
    row = publish(other, family="modelscope")
    assert ask(MODEL).json()["Data"]["Id"] == row.pk
    assert ask("/api/models/acme/tiny").json()["sha"] == tiny.head.oid
    files = ask(f"{MODEL}/repo/files?Revision=main").json()["Data"]["Files"]
    assert [one["Path"] for one in files] == ["README.md"]


def test_openapi_tells_one_model_and_not_what_is_not_held(ask: Ask, held_tiny: Repo) -> None:
    told = ask("/openapi/v1/models/acme/tiny").json()
    assert (told["success"], told["data"]["id"], told["data"]["license"]) == (True, "acme/tiny", "mit")
    missing = ask("/openapi/v1/models/acme/nothing")
    assert (missing.status_code, missing.json()["code"], missing.json()["success"]) == (404, "ResourceNotFound", False)


@pytest.mark.parametrize("target", ["/api/v1/models/acme/tiny/nothing", "/api/v1/nothing", "/openapi/v1/skills"])
def test_other_routes_are_404_in_the_envelope(ask: Ask, held_tiny: Repo, target: str) -> None:
    answer = ask(target)
    assert answer.status_code == 404
    assert not answer.json().get("Success", answer.json().get("success"))


def test_the_probe_for_a_faster_region_finds_an_empty_address(ask: Ask, db: None) -> None:
    assert ask("/api/v1/repos/internalAccelerationInfo").json()["Data"] == {"InternalRegionQueryAddress": ""}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/api/v1/repos/models/acme/tiny/info/lfs/objects/batch"),
        ("POST", "/api/v1/repos/models/acme/tiny/commit/master"),
        ("POST", "/api/v1/models"),
        ("POST", "/api/v1/datasets"),
        ("POST", "/api/v1/models/acme/tiny/repo/tag"),
        ("DELETE", "/api/v1/models/acme/tiny"),
        ("PUT", "/api/v1/models/acme/tiny"),
        ("POST", "/openapi/v1/files/upload"),
    ],
)
def test_whoever_writes_is_told_that_this_is_a_mirror(ask: Ask, held_tiny: Repo, method: str, target: str) -> None:
    answer = ask(target, method, b"{}", "application/json")
    told = answer.json()
    assert answer.status_code == 403
    assert "takes no uploads" in told.get("Message", told.get("message"))


def test_pages_of_other_origins_may_ask(ask: Ask, held_tiny: Repo) -> None:
    assert ask(MODEL, "OPTIONS", Origin="https://app.example").status_code == 204
    assert ask(MODEL)["Access-Control-Allow-Origin"] == "*"


def test_our_own_mistakes_are_500_in_the_envelope(ask: Ask, held_tiny: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("hub.dialects.modelscope.entry.answer_repo", broken)
    answer = ask(MODEL)
    assert (answer.status_code, answer.json()["Success"]) == (500, False)
    assert "secret" not in answer.content.decode()

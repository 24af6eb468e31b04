import pytest

from hub.catalog.models import PullCount, Repo
from tests.catalog.published import publish
from tests.dialects.conftest import Ask, body_of
from tests.dialects.modelscope.conftest import OLD
from tests.fakes import FakeRepo, world

pytestmark = pytest.mark.django_db

POEMS = "/api/v1/datasets/acme/poems"


def test_old_clients_ask_by_the_number_that_they_were_told(ask: Ask, poems: Repo) -> None:
    data = ask(POEMS, User_Agent=OLD).json()["Data"]
    assert (data["Id"], data["Type"]) == (poems.pk, 4)
    target = f"/api/v1/datasets/{data['Id']}/repo/tree?Revision=master&Root=/&Recursive=True&PageNumber=1&PageSize=150"
    told = ask(target).json()
    assert {one["Path"] for one in told["Data"]["Files"]} == {
        "README.md",
        "data",
        "data/train.jsonl",
        "data/train.parquet",
    }
    assert told["TotalCount"] == 4


def test_a_number_belongs_to_one_dataset_also_where_two_hubs_have_the_name(ask: Ask, poems: Repo) -> None:
    other = publish(FakeRepo("acme/poems", {"README.md": "# Other\n"}, kind="dataset"), family="modelscope")
    for row, most in ((poems, 4), (other, 1)):
        assert ask(f"/api/v1/datasets/{row.pk}/repo/tree?Recursive=True").json()["TotalCount"] == most


def test_a_number_that_nobody_has_is_missing(ask: Ask, held_tiny: Repo) -> None:
    for number in (999_999_999, held_tiny.pk):
        answer = ask(f"/api/v1/datasets/{number}/repo/tree")
        assert (answer.status_code, answer.json()["Code"]) == (404, 10010205001)


@pytest.mark.parametrize("size", [1, 7, 100, 150, 200])
def test_pages_are_exactly_as_long_as_asked_until_the_last(ask: Ask, db: None, size: int) -> None:
    files = {f"f{number:03d}.txt": f"{number}\n" for number in range(200)}
    publish(FakeRepo("acme/wide", files, kind="dataset"))
    base = f"/api/v1/datasets/acme/wide/repo/tree?Revision=master&Recursive=True&PageSize={size}"
    last = 200 // size + 1
    assert len(ask(f"{base}&PageNumber=1").json()["Data"]["Files"]) == size
    assert len(ask(f"{base}&PageNumber={last}").json()["Data"]["Files"]) == 200 % size
    assert ask(f"{base}&PageNumber={last + 1}").json()["Data"]["Files"] == []
    assert ask(f"{base}&PageNumber=1").json()["TotalCount"] == 200


def test_without_a_page_size_everything_comes(ask: Ask, db: None) -> None:
    publish(FakeRepo("acme/wide", {f"{number}.txt": "x\n" for number in range(300)}, kind="dataset"))
    assert len(ask("/api/v1/datasets/acme/wide/repo/tree").json()["Data"]["Files"]) == 300


@pytest.mark.parametrize(
    "verb", ["revisions", "repo/files", "commits", "repo?FilePath=README.md&Source=SDK&View=False"]
)
def test_datasets_have_the_other_routes_too(ask: Ask, poems: Repo, verb: str) -> None:
    assert ask(f"{POEMS}/{verb}").status_code == 200


def test_files_of_datasets(ask: Ask, poems: Repo) -> None:
    file = world.dataset().head.files["data/train.parquet"]
    answer = ask(f"{POEMS}/repo?Source=SDK&Revision=master&FilePath=data%2Ftrain.parquet&View=False")
    assert body_of(answer) == file.source.read(0, file.size)


@pytest.mark.parametrize("verb", ["download/increase", "download/uv/local?user="])
def test_a_report_of_an_old_client_is_taken_and_counts_nothing(ask: Ask, poems: Repo, verb: str) -> None:
    answer = ask(f"{POEMS}/{verb}", "POST", User_Agent=OLD)
    assert (answer.status_code, answer.json()["Success"]) == (200, True)
    assert not PullCount.objects.exists()

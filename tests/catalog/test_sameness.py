"""Held repos with the same weights, found by digests alone."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from hub.blobs.models import Blob
from hub.catalog.lookup import find_revision
from hub.catalog.models import Ref, Repo, RepoFile, Revision
from hub.catalog.sameness import Sameness, same_weights
from hub.upstreams.models import Upstream
from tests.catalog.published import publish
from tests.fakes import FakeRepo, Synthetic, repo_file

pytestmark = pytest.mark.django_db

ONE, TWO, OTHER = (Synthetic(size, number) for number, size in enumerate((70_000, 60_000, 50_000)))


def repo(name: str, files: dict[str, Any]) -> FakeRepo:
    return FakeRepo(name, files, card={"license": "mit"})


def weights(*sources: Synthetic) -> dict[str, Any]:
    paths = (f"model-{number}.safetensors" for number in range(len(sources)))
    return {path: repo_file(path, source, lfs=True) for path, source in zip(paths, sources, strict=True)}


def glm() -> Repo:
    """As Hugging Face has it."""
    return publish(repo("THUDM/glm", {**weights(ONE, TWO), "README.md": "of HF", "config.json": "{}"}))


def same_as(row: Repo) -> list[Sameness]:
    return same_weights(find_revision(row, ""))


def test_the_same_weights_are_found_under_another_name_on_another_hub() -> None:
    here = glm()
    files = {**weights(ONE, TWO), "README.md": "of MS", "config.json": "{}", "configuration.json": '{"task":"chat"}'}
    there = publish(repo("ZhipuAI/glm", files), family="modelscope")
    (found,) = same_as(here)
    assert (found.repo, found.is_full, found.is_whole) == (there, True, False)
    assert found.bytes == 130_000
    assert [pair.here.path for pair in found.differing] == ["README.md"]
    assert [file.path for file in found.only_there] == ["configuration.json"]
    assert found.only_here == ()
    assert {pair.here.path for pair in found.equal} == {"model-0.safetensors", "model-1.safetensors", "config.json"}
    (back,) = same_as(there)
    assert (back.repo, back.is_full) == (here, True)
    assert [file.path for file in back.only_here] == ["configuration.json"]


def test_a_copy_is_the_same_as_a_whole() -> None:
    here = glm()
    publish(repo("THUDM/glm", {**weights(ONE, TWO), "README.md": "of HF", "config.json": "{}"}), family="modelscope")
    (found,) = same_as(here)
    assert found.is_whole
    assert not found.differing


def test_some_of_the_weights_are_told_as_some() -> None:
    here = glm()
    publish(repo("acme/tuned", {**weights(ONE, OTHER), "extra.gguf": repo_file("extra.gguf", OTHER)}))
    (found,) = same_as(here)
    assert not found.is_full
    assert (len(found.weights), found.weights_here, found.weights_there, found.bytes) == (1, 2, 3, 70_000)
    assert [(pair.here.path, pair.here.size, pair.there.size) for pair in found.differing][:1] == [
        ("model-1.safetensors", 60_000, 50_000)
    ]
    assert [(file.path, file.size) for file in found.only_there] == [("extra.gguf", 50_000)]


def test_weights_that_are_called_otherwise_are_the_same_weights() -> None:
    here = glm()
    files = {"weights/a.safetensors": repo_file("a.safetensors", ONE), "b.bin": repo_file("b.bin", TWO)}
    publish(repo("acme/renamed", files))
    (found,) = same_as(here)
    assert found.is_full
    assert {(pair.here.path, pair.there.path) for pair in found.weights} == {
        ("model-0.safetensors", "weights/a.safetensors"),
        ("model-1.safetensors", "b.bin"),
    }
    assert [file.path for file in found.only_here] == ["README.md", "config.json"]


def test_weights_that_nobody_fetched_are_compared_too() -> None:
    paths = ["model-0.safetensors", "model-1.safetensors"]
    here = publish(repo("THUDM/glm", {**weights(ONE, TWO), "README.md": "of HF"}), left_out=paths)
    publish(repo("ZhipuAI/glm", {**weights(ONE, TWO), "README.md": "of MS"}), left_out=paths, family="modelscope")
    assert not Blob.objects.filter(size=70_000).exists()
    (found,) = same_as(here)
    assert found.is_full


def test_what_only_has_another_kind_of_digest_on_each_side_is_not_compared() -> None:
    here = publish(repo("THUDM/glm", {**weights(ONE), "config.json": "{}"}), left_out=["config.json"])
    publish(repo("ZhipuAI/glm", {**weights(ONE), "config.json": "[]"}), left_out=["config.json"], family="modelscope")
    (found,) = same_as(here)
    assert [pair.here.path for pair in found.unproven] == ["config.json"]
    assert not found.is_whole


@pytest.mark.parametrize("files", [{"README.md": "of HF"}, {"tokenizer.json": repo_file("t", TWO, lfs=True)}, {}])
def test_files_that_are_no_weights_make_no_sameness(files: dict[str, Any]) -> None:
    here = publish(repo("THUDM/glm", {**weights(ONE), **files}))
    publish(repo("acme/other", {**weights(OTHER), **files}))
    assert same_as(here) == []


def test_only_the_default_revision_of_a_held_repo_counts() -> None:
    here = glm()
    other = repo("acme/moved", weights(ONE, TWO))
    other.commit({"model-0.safetensors": repo_file("x", OTHER, lfs=True), "model-1.safetensors": None})
    row = publish(other)
    assert same_as(here) == []
    Ref.objects.filter(repo=row).delete()
    assert same_as(here) == []
    publish(repo("acme/gone", weights(ONE, TWO)))
    Repo.objects.filter(key="acme/gone").update(held=False)
    assert same_as(here) == []


def test_the_one_with_most_of_the_bytes_comes_first() -> None:
    here = glm()
    publish(repo("acme/some", weights(TWO)))
    publish(repo("acme/all", weights(ONE, TWO)))
    assert [found.repo.name for found in same_as(here)] == ["all", "some"]


def test_it_takes_four_queries_however_many_there_are(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    here = glm()
    for number in range(8):
        publish(repo(f"acme/copy-{number}", weights(ONE, TWO)))
    revision = find_revision(here, "")
    with django_assert_max_num_queries(4):
        assert len(same_weights(revision)) == 5
    alone = find_revision(publish(repo("acme/text", {"README.md": "no weights"})), "")
    with django_assert_max_num_queries(1):
        assert same_weights(alone) == []


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the plan of Postgres")
def test_a_large_catalog_is_not_scanned() -> None:
    here = glm()
    left_out = publish(repo("acme/left-out", weights(OTHER)), left_out=["model-0.safetensors"])
    crowd(30_000)
    for revision in (find_revision(here, ""), find_revision(left_out, "")):
        with ExplainedQueries() as told:
            same_weights(revision)
        assert told.plans
        for plan in told.plans:
            assert "Seq Scan on catalog_repofile" not in plan, plan


def crowd(files: int) -> None:
    """Rows of many repos, half of them with blobs of their own."""
    upstream = Upstream.objects.create(slug="crowd", url="http://127.0.0.1:9")
    blobs = Blob.objects.bulk_create(Blob(sha256=f"{number:064x}", size=10**9) for number in range(files // 2))
    rows = []
    for number in range(files // 20):
        columns = {"namespace": "c", "name": f"{number}", "key": f"c/{number}", "held": True}
        row = Repo.objects.create(upstream=upstream, kind="model", **columns)
        revision = Revision.objects.create(repo=row, commit=f"{number:040x}", published_at=timezone.now())
        Ref.objects.create(repo=row, kind="branch", name="main", ref="refs/heads/main", revision=revision)
        for position in range(20):
            serial = number * 20 + position
            blob = blobs[serial // 2] if serial % 2 else None
            digest = blob.sha256 if blob else f"{serial:064d}"
            rows.append(
                RepoFile(revision=revision, position=position, path=f"{position}.bin", size=1, sha256=digest, blob=blob)
            )
    RepoFile.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class ExplainedQueries:
    """The plans of the SELECTs that run inside."""

    def __init__(self) -> None:
        self.plans: list[str] = []

    def __enter__(self) -> "ExplainedQueries":
        self._wrapper = connection.execute_wrapper(self._explain)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *args: object) -> None:
        self._wrapper.__exit__(None, None, None)

    def _explain(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                self.plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

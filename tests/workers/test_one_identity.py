"""The same repo from Hugging Face and from ModelScope: whichever comes first, each unique byte is fetched once."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from hub.accounts.models import Event
from hub.blobs.models import Blob
from hub.catalog.lookup import find_revision
from hub.catalog.models import Repo, RepoFile
from hub.catalog.sameness import same_weights
from hub.mirroring.models import Request, Transfer
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, FakeModelScope, FakeRepo, Synthetic, repo_file
from tests.workers.conftest import PART
from tests.workers.test_detour import ask
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.small import run_small

SIZE = PART + 99
SHARED: dict[str, Any] = {
    "model.safetensors": repo_file("model.safetensors", Synthetic(SIZE, 5), lfs=True),
    "config.json": '{"architectures": ["GLM"]}',
    "modeling_glm.py": "class GLM:\n    pass\n",
    "empty.txt": b"",
}
THERE = {"README.md": "# On ModelScope", "configuration.json": '{"framework": "pytorch", "task": "chat"}'}
HERE = {"README.md": "# On Hugging Face"}

Hubs = dict[str, tuple[Any, str]]


@pytest.fixture
def hubs(transactional_db: None) -> Iterator[Hubs]:
    """By kind: the hub out there, and what the repo is called there."""
    Rule.objects.create(name="all", action=Action.ALLOW)
    card = {"license": "mit"}
    with (
        FakeHub([FakeRepo("THUDM/glm", {**SHARED, **HERE}, card=card)]) as one,
        FakeModelScope([FakeRepo("ZhipuAI/glm", {**SHARED, **THERE}, card=card)]) as two,
    ):
        for kind, hub in (("huggingface", one), ("modelscope", two)):
            Upstream.objects.create(slug=kind, kind=kind, url=hub.url)
        yield {"huggingface": (one, "THUDM/glm"), "modelscope": (two, "ZhipuAI/glm")}


def mirror(kind: str, hubs: Hubs) -> Request:
    request = ask(Upstream.objects.get(slug=kind), hubs[kind][1])
    work()
    request.refresh_from_db()
    return request


def work() -> None:
    while run_large(Halt()) or run_small(Halt()):
        pass


def unique_bytes() -> int:
    files = (*SHARED.values(), *THERE.values(), *HERE.values())
    sources = {file.source.sha256: file.size for file in (repo_file("x", content) for content in files)}
    return sum(sources.values())


def bytes_of_files(hubs: Hubs) -> int:
    """What left both hubs, without lists and descriptions: these are not asked for by a file's path."""
    names = [*SHARED, *THERE]
    entries = [entry for hub, _ in hubs.values() for entry in hub.requests.matching(method="GET")]
    of_files = [entry for entry in entries if entry.origin == "cdn" or any(name in entry.target for name in names)]
    return sum(entry.sent for entry in of_files if entry.status in (200, 206))


@pytest.mark.parametrize("order", [("huggingface", "modelscope"), ("modelscope", "huggingface")])
def test_what_both_hubs_have_is_fetched_once(hubs: Hubs, order: tuple[str, str]) -> None:
    first, second = (mirror(kind, hubs) for kind in order)
    assert (first.state, second.state) == ("published", "published"), (first.error, second.error)
    assert set(Transfer.objects.filter(upstream__slug=order[1]).values_list("path", flat=True)) <= {*THERE, *HERE}
    assert Transfer.objects.filter(upstream__slug=order[0], path__in=SHARED).count() == len(SHARED)
    assert unique_bytes() <= bytes_of_files(hubs) <= unique_bytes() * 1.01
    assert not RepoFile.objects.filter(blob=None).exists()
    for name, content in SHARED.items():
        blobs = set(RepoFile.objects.filter(path=name).values_list("blob__sha256", flat=True))
        assert blobs == {repo_file(name, content).source.sha256}


def test_asked_for_at_once_large_files_are_fetched_once_too(hubs: Hubs) -> None:
    requests = [ask(Upstream.objects.get(slug=kind), name) for kind, (_, name) in hubs.items()]
    work()
    for request in requests:
        request.refresh_from_db()
        assert request.state == "published", request.error
    assert Transfer.objects.filter(path="model.safetensors").count() == 1
    assert Blob.objects.filter(sha256=hashlib.sha256(b"").hexdigest()).count() == 1


def test_the_two_are_known_to_have_the_same_weights(hubs: Hubs) -> None:
    for kind in hubs:
        mirror(kind, hubs)
    here = Repo.objects.get(key="thudm/glm")
    (found,) = same_weights(find_revision(here, ""))
    assert (str(found.repo), found.is_full) == ("model modelscope:ZhipuAI/glm", True)
    assert [pair.here.path for pair in found.differing] == ["README.md"]
    assert [file.path for file in found.only_there] == ["configuration.json"]
    assert found.unproven == ()


@pytest.mark.parametrize(("down", "other"), [("huggingface", "modelscope"), ("modelscope", "huggingface")])
def test_when_one_hub_goes_away_the_weights_come_from_the_other(hubs: Hubs, down: str, other: str) -> None:
    requests = {kind: ask(Upstream.objects.get(slug=kind), hubs[kind][1]) for kind in (down, other)}
    assert Transfer.objects.get(path="model.safetensors").upstream.slug == down
    hubs[down][0].unplug()
    while run_large(Halt()):
        pass
    weights = Transfer.objects.get(path="model.safetensors")
    assert (weights.state, weights.upstream.slug) == ("done", other)
    event = Event.objects.filter(verb="transfer.detoured").latest("pk")
    assert (event.detail["from"], event.detail["to"]) == (f"{down}:{hubs[down][1]}", f"{other}:{hubs[other][1]}")
    hubs[down][0].replug()
    Transfer.objects.update(not_before=None)
    work()
    for request in requests.values():
        request.refresh_from_db()
        assert request.state == "published", request.error

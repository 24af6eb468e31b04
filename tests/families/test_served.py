"""Each family as both kinds of clients see it: held from the other hub alone, or from both."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from tests.dialects.conftest import Ask, body_of
from tests.fakes import FakeRepo
from tests.fakes.families import Family, every_family
from tests.families.conftest import HUBS, Setting, Stage

pytestmark = pytest.mark.usefixtures("allowed", "open_to_all")

each_family = pytest.mark.parametrize("family", every_family(), ids=lambda family: family.name)
each_hub = pytest.mark.parametrize("hub", HUBS)
SAME_ID = [family for family in every_family() if family.huggingface.id == family.modelscope.id]


@pytest.fixture
def open_to_all(settings: Any) -> None:
    settings.ANONYMOUS_PULL, settings.EXTERNAL_URL = True, ""


def held_from(setting: Setting, family: Family, *hubs: str) -> Stage:
    stage = setting(family)
    stage.let_in()
    for hub in hubs:
        stage.mirrored(hub)
    for fake in stage.fakes.values():
        fake.stop()
    return stage


def read(ask: Ask, dialect: str, repo_id: str, path: str, revision: str = "") -> bytes:
    """One file, as a client of that hub asks for it."""
    if dialect == "huggingface":
        target = f"/{repo_id}/resolve/{revision or 'main'}/{quote(path)}"
    else:
        asked = urlencode({"Revision": revision or "master", "FilePath": path})
        target = f"/api/v1/models/{repo_id}/repo?{asked}"
    answer = ask(target)
    assert answer.status_code == 200, answer.content
    return body_of(answer)


def listed(ask: Ask, dialect: str, repo_id: str) -> dict[str, str]:
    """path -> sha256 of every file, as the client's listing tells it; "" where it tells none."""
    if dialect == "huggingface":
        entries = ask(f"/api/models/{repo_id}/tree/main?recursive=true").json()
        return {one["path"]: one.get("lfs", {}).get("oid", "") for one in entries if one["type"] == "file"}
    told = ask(f"/api/v1/models/{repo_id}/repo/files?Revision=master&Recursive=True").json()
    return {one["Path"]: one["Sha256"] for one in told["Data"]["Files"] if one["Type"] == "blob"}


def contents(repo: FakeRepo) -> Iterator[tuple[str, bytes]]:
    for path, file in repo.head.files.items():
        yield path, file.source.read(0, file.size)


@each_family
@each_hub
def test_what_came_from_one_hub_is_there_for_both_kinds_of_clients(
    setting: Setting, ask: Ask, family: Family, hub: str
) -> None:
    stage = held_from(setting, family, hub)
    for dialect in HUBS:
        told = listed(ask, dialect, stage.repo_id(hub))
        assert told.keys() == stage.repo(hub).head.files.keys()
        for path, data in contents(stage.repo(hub)):
            assert read(ask, dialect, stage.repo_id(hub), path) == data
            assert told[path] in ("", stage.repo(hub).head.files[path].source.sha256)


@each_hub
def test_clients_of_modelscope_are_told_every_digest_wherever_the_repo_came_from(
    setting: Setting, ask: Ask, hub: str
) -> None:
    stage = held_from(setting, SAME_ID[0], hub)
    digests = {path: file.source.sha256 for path, file in stage.repo(hub).head.files.items()}
    assert listed(ask, "modelscope", stage.repo_id(hub)) == digests


@pytest.mark.parametrize("family", SAME_ID, ids=lambda family: family.name)
def test_where_both_hubs_are_held_each_client_sees_its_own(setting: Setting, ask: Ask, family: Family) -> None:
    stage = held_from(setting, family, *HUBS)
    for hub in HUBS:
        assert listed(ask, hub, stage.repo_id(hub)).keys() == stage.repo(hub).head.files.keys()
        for path, data in contents(stage.repo(hub)):
            assert read(ask, hub, stage.repo_id(hub), path) == data


def test_the_pages_say_how_clients_of_both_hubs_pull_it(setting: Setting, client: Client) -> None:
    stage = setting(next(family for family in every_family() if family.name == "ChatGLM3-6B"))
    request = stage.mirrored("modelscope")
    told = client.get(f"/-/requests/{request.pk}").content.decode()
    assert "MODELSCOPE_ENDPOINT=http://testserver modelscope download ZhipuAI/chatglm3-6b<" in told
    assert "HF_ENDPOINT=http://testserver hf download ZhipuAI/chatglm3-6b<" in told
    snippets = re.sub(r"<[^>]+>", "", client.get("/-/repos/models/ZhipuAI/chatglm3-6b").content.decode())
    for setting_line, command in (
        ("export MODELSCOPE_ENDPOINT=http://testserver\n", "\nmodelscope download ZhipuAI/chatglm3-6b\n"),
        ("export HF_ENDPOINT=http://testserver\n", "\nhf download ZhipuAI/chatglm3-6b\n"),
    ):
        assert setting_line in snippets
        assert command in snippets


@each_hub
@pytest.mark.parametrize("revision", ["main", "master"])
def test_both_names_of_the_default_branch_lead_to_it(setting: Setting, ask: Ask, hub: str, revision: str) -> None:
    stage = held_from(setting, SAME_ID[0], hub)
    readme = dict(contents(stage.repo(hub)))["README.md"]
    for dialect in HUBS:
        assert read(ask, dialect, stage.repo_id(hub), "README.md", revision) == readme


@each_hub
def test_letters_of_another_case_find_it(setting: Setting, ask: Ask, hub: str) -> None:
    stage = held_from(setting, SAME_ID[0], hub)
    asked = stage.repo_id(hub).lower()
    answer = ask(f"/api/v1/models/{asked}/repo/files?Revision=master&Recursive=True")
    assert answer.status_code in (200, 307)
    if answer.status_code == 307:
        answer = ask(answer["Location"].partition("testserver")[2] or answer["Location"])
    assert len(answer.json()["Data"]["Files"]) >= len(stage.repo(hub).head.files)

"""The first run: what staff, operators and strangers see of a new hub, and what they may do."""

from typing import Any

import pytest
from django.test import Client

from hub.catalog.models import Repo
from hub.mirroring.models import Asker, Request
from hub.mirroring.presence import sign_of_life
from hub.upstreams.models import Upstream
from tests import people
from tests.fakes import FakeHub

pytestmark = pytest.mark.django_db


@pytest.fixture
def modelscope() -> Upstream:
    """The starter catalog names its repos, mostly."""
    people.upstream()
    return Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:9")


def words(client: Client, address: str = "/-/") -> str:
    return client.get(address).content.decode()


def test_a_stranger_is_welcomed_and_told_nothing_about_the_machine(client: Client, modelscope: Upstream) -> None:
    for address in ("/-/", "/-/setup", "/-/setup?check=all"):
        page = words(client, address)
        assert "export HF_ENDPOINT=http://testserver<" in page
        for secret in ("SQLite", "Secret key", "manage.py", "127.0.0.1:9", "Look now"):
            assert secret not in page
    assert client.get("/-/setup/checks/store").status_code == 403


def test_staff_see_what_a_new_hub_lacks_and_what_to_do(client: Client, modelscope: Upstream) -> None:
    client.force_login(people.person("vera"))
    page = words(client)
    assert "No worker gives a sign of life" in page
    assert "`manage.py serve` runs one" in page
    sign_of_life("host:1:0", "urgent", "")
    assert "1 worker is alive." in words(client, "/-/setup")


def test_a_hub_without_an_upstream_says_so(client: Client) -> None:
    Upstream.objects.create(slug="huggingface", url="http://127.0.0.1:9", enabled=False)
    client.force_login(people.person("vera"))
    page = words(client)
    assert "None is switched on." in page
    assert "/-/admin/upstreams/upstream/" in page


def test_a_hub_that_was_asked_for_something_shows_the_search(client: Client, modelscope: Upstream) -> None:
    client.force_login(people.person("vera"))
    assert "Set up this hub" in words(client)
    people.request()
    assert "Set up this hub" not in words(client)
    assert "Set up this hub" in words(client, "/-/setup")


def test_an_upstream_is_looked_at_when_its_line_asks_for_it(client: Client, out_there: FakeHub) -> None:
    people.upstream(url=out_there.url)
    Upstream.objects.create(slug="away", url="http://127.0.0.1:9")
    client.force_login(people.person("vera"))
    asked_before = len(out_there.requests)
    page = words(client)
    assert 'hx-get="/-/setup/checks/upstream-huggingface"' in page
    assert len(out_there.requests) == asked_before
    assert "It answers. No token is set." in words(client, "/-/setup/checks/upstream-huggingface")
    away = words(client, "/-/setup/checks/upstream-away")
    assert "cannot be reached" in away
    assert "does not work" in away
    assert client.get("/-/setup/checks/upstream-nowhere").status_code == 404
    assert client.get("/-/setup/checks/secrets").status_code == 404


def test_a_store_that_cannot_be_written_is_told(client: Client, modelscope: Upstream, settings: Any) -> None:
    client.force_login(people.person("vera"))
    assert "A directory, and writable." in words(client, "/-/setup/checks/store")
    settings.STORE_URL = "file:///proc/nowhere"
    assert "does not work" in words(client, "/-/setup/checks/store")


def test_a_password_that_stands_in_the_environment_is_told(client: Client, settings: Any) -> None:
    admin = people.person("adam")
    client.force_login(admin)
    settings.ADMIN_PASSWORD = people.PASSWORD
    assert "still the one in HUB_ADMIN_PASSWORD" in words(client, "/-/setup/checks/password")
    settings.ADMIN_PASSWORD = "another one that nobody has"
    assert "not the one in HUB_ADMIN_PASSWORD any more" in words(client, "/-/setup/checks/password")


def test_an_operator_asks_for_ticked_entries_in_one_step(client: Client, modelscope: Upstream) -> None:
    oscar = people.person("oscar")
    client.force_login(oscar)
    assert "Qwen/Qwen3-0.6B" in words(client)
    answer = client.post("/-/setup/starter", {"entry": ["1", "3", "99999", "x"]}, follow=True)
    assert answer.redirect_chain == [("/-/requests/", 302)]
    assert "Asked for 2 repos." in answer.content.decode()
    asked = set(Request.objects.values_list("repo_id", flat=True))
    assert asked == {"Qwen/Qwen3-0.6B", "Qwen/Qwen3-Embedding-0.6B"}
    assert set(Asker.objects.values_list("user", flat=True)) == {oscar.pk}
    client.post("/-/setup/starter", {"entry": ["1"]})
    assert Request.objects.count() == 2
    assert f"/-/requests/{Request.objects.get(repo_id='Qwen/Qwen3-0.6B').pk}" in words(client, "/-/setup")


def test_asking_for_nothing_says_so(client: Client, modelscope: Upstream) -> None:
    client.force_login(people.person("oscar"))
    answer = client.post("/-/setup/starter", {}, follow=True)
    assert answer.redirect_chain == [("/-/setup", 302)]
    assert "Nothing was ticked" in answer.content.decode()


@pytest.mark.parametrize("name", ["", "nina", "vera", "paula"])
def test_nobody_else_asks_for_a_catalog(name: str, client: Client, modelscope: Upstream) -> None:
    if name:
        client.force_login(people.person(name))
    assert client.post("/-/setup/starter", {"entry": ["1"]}).status_code == 403
    assert not Request.objects.exists()
    if name == "vera":
        assert 'name="entry"' not in words(client)


def test_a_form_from_elsewhere_is_not_believed(modelscope: Upstream) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.person("oscar"))
    assert client.post("/-/setup/starter", {"entry": ["1"]}).status_code == 403
    assert client.post("/-/theme", {"theme": "dark"}).status_code == 403
    assert client.post("/-/language", {"language": "zh-hans"}).status_code == 403


def test_a_catalog_that_names_an_unknown_upstream_is_told_and_the_page_stands(client: Client) -> None:
    people.upstream()
    client.force_login(people.person("oscar"))
    answer = client.get("/-/setup")
    assert answer.status_code == 200
    assert "modelscope" in answer.content.decode()
    assert 'name="entry"' not in answer.content.decode()


def test_what_is_held_already_cannot_be_ticked(client: Client, modelscope: Upstream) -> None:
    Repo.objects.create(
        upstream=modelscope, kind="model", namespace="Qwen", name="Qwen3-0.6B", key="qwen/qwen3-0.6b", held=True
    )
    client.force_login(people.person("oscar"))
    assert 'value="1" id="entry-1" disabled' in words(client, "/-/setup")

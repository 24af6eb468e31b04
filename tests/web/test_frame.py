"""What every page has around it, as it leaves the server: theme, language, menu, policy."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests import people

pytestmark = pytest.mark.django_db

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}


def test_the_page_arrives_in_the_theme_that_was_chosen(client: Client) -> None:
    assert 'data-theme="auto"' in client.get("/-/docs/").content.decode()
    answer = client.post("/-/theme", {"theme": "dark", "next": "/-/docs/"})
    assert answer["Location"] == "/-/docs/"
    page = client.get("/-/docs/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'name="color-scheme" content="dark"' in page


@pytest.mark.parametrize("theme", ["", "blue", '"><script>'])
def test_a_theme_that_is_none_changes_nothing(theme: str, client: Client) -> None:
    client.post("/-/theme", {"theme": theme})
    client.cookies["entrepot_theme"] = theme
    assert 'data-theme="auto"' in client.get("/-/docs/").content.decode()


@pytest.mark.parametrize("address", ["/-/theme", "/-/language"])
def test_neither_switch_leads_to_another_site(address: str, client: Client) -> None:
    form = {"theme": "dark", "language": "zh-hans", "next": "https://evil.example/"}
    assert "evil" not in client.post(address, form)["Location"]
    assert client.get("/-/theme").status_code == 405


def test_the_language_is_that_of_the_browser_until_one_is_chosen(client: Client) -> None:
    assert '<html lang="en"' in client.get("/-/docs/").content.decode()
    assert '<html lang="zh-hans"' in client.get("/-/docs/", headers=CHINESE).content.decode()
    client.post("/-/language", {"language": "en"})
    assert '<html lang="en"' in client.get("/-/docs/", headers=CHINESE).content.decode()


def test_every_language_is_called_by_its_own_name(client: Client) -> None:
    assert ">简体中文</button>" in client.get("/-/docs/").content.decode()
    assert ">English</button>" in client.get("/-/docs/", headers=CHINESE).content.decode()


def test_a_language_does_not_stay_in_the_thread(client: Client) -> None:
    client.get("/-/docs/", headers=CHINESE)
    assert translation.get_language() == "en"


def test_what_programs_read_is_the_same_in_every_language(client: Client) -> None:
    for address in ("/-/health/live", "/-/health/ready"):
        answer = client.get(address, headers=CHINESE)
        assert "Accept-Language" not in answer.get("Vary", "")
        assert "Content-Language" not in answer


def test_the_admin_speaks_both_languages(client: Client) -> None:
    client.force_login(people.person("adam"))
    for address in ("/-/admin/", "/-/admin/mirroring/request/", "/-/admin/accounts/user/"):
        assert client.get(address).status_code == 200
        page = client.get(address, headers=CHINESE)
        assert page.status_code == 200
        assert 'lang="zh-hans"' in page.content.decode()


def test_the_menu_shows_what_there_is_and_the_admin_to_staff_alone(client: Client) -> None:
    page = client.get("/-/docs/").content.decode()
    assert '<a href="/-/docs/" aria-current="page">Docs</a>' in page
    assert '<a href="/-/requests/">Requests</a>' in page
    assert 'href="/-/admin/"' not in page
    client.force_login(people.person("vera"))
    assert 'href="/-/admin/"' in client.get("/-/docs/").content.decode()


def test_a_page_that_is_not_there_has_the_frame_too(client: Client, settings: Any) -> None:
    answer = client.get("/-/nowhere")
    assert answer.status_code == 404
    assert 'aria-label="Main"' in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_only_the_admin_may_have_anything_inline(client: Client) -> None:
    client.force_login(people.person("adam"))
    assert "unsafe" not in client.get("/-/")["Content-Security-Policy"]
    policy = client.get("/-/admin/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy

"""Every page in Chinese, by what the browser asks for and by the switch: nothing of ours on it is English."""

import pytest
from django.test import Client

from hub.catalog.models import Repo
from hub.upstreams.models import Upstream
from tests import people
from tests.fakes import world
from tests.web.chinese import CHINESE, PAGES, english_in, fill, untranslated_in

pytestmark = pytest.mark.django_db

NAMES = {"git blob ID", "REST API", "(Anything else)", "Anything else"}


@pytest.fixture
def reader(client: Client) -> Client:
    """The superuser, on a hub with something of everything."""
    adam = people.person("adam")
    client.force_login(adam)
    row = fill(adam)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = CHINESE["Accept-Language"]
    client.wanted = row.pk  # type: ignore[attr-defined]
    return client


def test_no_page_has_english_sentences(reader: Client) -> None:
    for address in (*PAGES, f"/-/requests/{reader.wanted}", "/-/nothing"):  # type: ignore[attr-defined]
        page = reader.get(address).content.decode()
        assert '<html lang="zh-hans"' in page, address
        left = [text for text in english_in(page) if text not in NAMES]
        assert left == [], f"{address}: {left}"
        assert untranslated_in(page) == [], address


def test_the_switch_brings_chinese_to_a_browser_that_asks_for_english(client: Client) -> None:
    client.post("/-/language", {"language": "zh-hans", "next": "/-/login"})
    page = client.get("/-/login", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="zh-hans"' in page
    assert "<h1>登录</h1>" in page
    assert ">English</button>" in page


def test_a_hub_that_holds_nothing_greets_in_chinese(client: Client) -> None:
    page = client.get("/-/", headers=CHINESE).content.decode()
    assert "开放模型，就在本站" in page
    assert english_in(page) == []


def test_a_wrong_form_is_told_in_chinese(reader: Client) -> None:
    answer = reader.post("/-/requests/new", {"repo_id": "a b", "kind": "model", "upstream": "huggingface"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不是仓库 ID" in page
    assert english_in(page) == []


@pytest.mark.parametrize(
    ("repo_id", "words"),
    [
        ("acme/tiny", "没有规则自动放行"),
        ("acme/tniy", "上游没有这个仓库。"),
        (world.GATED, "作者只向获得授权的人开放。"),
        ("no/such/id", "不是仓库 ID"),
    ],
)
def test_a_dry_run_is_told_in_chinese(client: Client, upstream: Upstream, repo_id: str, words: str) -> None:
    form = {"repo_id": repo_id, "kind": "model", "upstream": upstream.slug, "preset": "all", "check": "1"}
    page = client.post("/-/requests/new", form, headers=CHINESE).content.decode()
    assert words in page
    assert english_in(page) == []


def test_what_is_missing_is_told_in_chinese(reader: Client) -> None:
    for address, words in (
        ("/-/requests/99999", "没有编号为 99999 的申请。"),
        ("/-/repos/models/huggingface:acme/none", "本站没有来自 huggingface 的模型 acme/none。"),
        ("/-/docs/none", "文档中没有"),
        ("/-/index/huggingface/models/acme/none", "的索引中没有模型 acme/none。"),
    ):
        answer = reader.get(address)
        assert answer.status_code == 404
        assert words in answer.content.decode(), address


def test_what_others_wrote_is_not_called_chinese(reader: Client) -> None:
    assert Repo.objects.filter(held=True).exists()
    assert 'class="result-summary" lang=""' in reader.get("/-/?q=embedding").content.decode()
    assert 'lang="en"' in reader.get("/-/docs/").content.decode()
    assert 'class="sheet readme" lang=""' in reader.get("/-/repos/models/huggingface:acme/zoo").content.decode()


def test_dates_and_numbers_stand_as_they_do_in_english(reader: Client) -> None:
    Repo.objects.filter(held=True).update(upstream_downloads=1_234_567)
    page = reader.get("/-/repos/models/huggingface:acme/zoo/about").content.decode()
    assert "1,234,567" in page
    assert "年" not in page


def test_the_admin_works_in_chinese(reader: Client) -> None:
    for address in (
        "/-/admin/",
        "/-/admin/mirroring/request/",
        "/-/admin/mirroring/transfer/",
        "/-/admin/catalog/repo/",
        "/-/admin/policy/rule/add/",
        "/-/admin/upstreams/upstream/",
        "/-/admin/accounts/user/",
        f"/-/admin/mirroring/request/{reader.wanted}/change/",  # type: ignore[attr-defined]
    ):
        page = reader.get(address)
        assert page.status_code == 200, address
        assert 'lang="zh-hans"' in page.content.decode()
    front = reader.get("/-/admin/").content.decode()
    assert "等待审批（最早的在前）" in front
    assert "镜像" in front

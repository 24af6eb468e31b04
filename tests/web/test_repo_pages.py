"""The card and the files of a repo, as a visitor gets them."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.catalog.models import Ref, Repo, RepoFile, Revision
from tests import people
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world
from tests.web import shown_repo

pytestmark = pytest.mark.django_db

BASE = "/-/repos/models/acme/zoo"


@pytest.fixture
def zoo() -> Repo:
    return shown_repo.published()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_card_shows_images_of_the_repo_and_links_to_its_files(client: Client, zoo: Repo) -> None:
    commit = zoo.refs.get(name="main").revision.commit
    card = page(client, BASE)
    assert f'<img src="/acme/zoo/resolve/{commit}/figures/pixel.png" alt="A pixel"' in card
    assert f'href="/-/repos/models/huggingface:acme/zoo/file/{commit}/config.json"' in card
    assert 'href="/-/repos/models/huggingface:acme/zoo/files/figures"' in card
    assert 'href="#card-results"' in card
    assert "img.example/outside.png" in card
    assert not re.search(r'<img[^>]*src="https?:', card)
    answer = client.get(f"/acme/zoo/resolve/{commit}/figures/pixel.png")
    assert answer["Content-Type"] == "image/png"


def test_a_hostile_card_reaches_the_page_tame(client: Client) -> None:
    text = (
        '---\nlicense: "<script>alert(1)</script>"\ntags: [\'"><img src=x onerror=alert(1)>\']\n---\n'
        "# <img src=//evil.example/x onerror=alert(1)>\n\n<script>alert(1)</script>\n<svg onload=alert(1)>\n"
        "[x](javascript:alert(1))\n<style>*{display:none}</style><base href=//evil.example>\n"
        '<meta http-equiv=refresh content="0;url=//evil.example"><iframe src=//evil.example></iframe>\n'
        "<form action=//evil.example><input name=q></form>\n"
    )
    publish(FakeRepo("acme/evil", {"README.md": text}))
    card = page(client, "/-/repos/models/acme/evil")
    own = page(client, "/-/docs/")
    for tag in ("script", "iframe", "style", "base", "meta", "svg", "form", "input"):
        assert card.count(f"<{tag}") <= own.count(f"<{tag}"), tag
    assert "<img src=x" not in card
    assert 'src="//evil' not in card
    assert 'href="javascript' not in card


def test_the_card_of_a_revision_is_the_card_of_that_revision(client: Client) -> None:
    repo = FakeRepo("acme/changed", {"README.md": "# Old words\n"})
    repo.tag("v1")
    repo.commit({"README.md": "# New words\n"})
    publish(repo)
    base = "/-/repos/models/acme/changed"
    assert "New words" in page(client, base)
    assert "Old words" in page(client, f"{base}?revision=v1")
    assert f"{base.replace('acme', 'huggingface:acme')}/files?revision=v1" in page(client, f"{base}?revision=v1")
    answer = client.get(f"{base}@v1")
    assert (answer.status_code, answer["Location"]) == (302, "/-/repos/models/huggingface:acme/changed?revision=v1")
    assert client.get(f"{base}@v9").status_code == 404
    assert client.get(f"{base}@").status_code == 404


def test_a_revision_with_slashes_can_be_named(client: Client, zoo: Repo) -> None:
    revision = zoo.refs.get(name="v1.0").revision
    Ref.objects.create(repo=zoo, kind="pr", name="refs/pr/1", ref="refs/pr/1", revision=revision)
    answer = client.get(f"{BASE}@refs/pr/1", follow=True)
    assert answer.status_code == 200
    assert revision.commit in answer.content.decode()


@pytest.mark.parametrize(
    ("files", "left_out"), [({"a.txt": "x"}, []), ({"README.md": "# x", "b.txt": "y"}, ["README.md"])]
)
def test_a_repo_without_a_card_says_so(client: Client, files: dict[str, Any], left_out: list[str]) -> None:
    publish(FakeRepo("acme/bare", files), left_out=left_out)
    assert "No card" in page(client, "/-/repos/models/acme/bare")


def test_a_card_that_the_store_lost_is_told_in_a_sentence(client: Client, zoo: Repo) -> None:
    file = RepoFile.objects.select_related("blob").filter(path="README.md").first()
    assert file
    assert file.blob
    store().delete(file.blob.sha256)
    assert "No card" in page(client, BASE)


def test_a_card_that_is_no_text_says_nothing(client: Client) -> None:
    publish(FakeRepo("acme/binary", {"README.md": b"\x00\xff\x00"}))
    assert "No card" in page(client, "/-/repos/models/acme/binary")


def test_folders_lead_down_and_up_again(client: Client, zoo: Repo) -> None:
    root = page(client, f"{BASE}/files")
    assert "figures/" in root
    assert "pixel.png" not in root
    assert "14 files" in root
    folder = page(client, f"{BASE}/files/figures")
    assert "pixel.png" in folder
    assert "deep/" in folder
    assert "config.json" not in folder
    assert "notes.md" in page(client, f"{BASE}/files/figures/deep")


@pytest.mark.parametrize("folder", ["nowhere", "config.json", "..", "a//b", "figures/../.."])
def test_a_folder_that_is_not_there_is_a_page_that_says_so(client: Client, zoo: Repo, folder: str) -> None:
    assert client.get(f"{BASE}/files/{folder}").status_code == 404


def test_names_that_are_hard_to_quote_can_be_opened(client: Client) -> None:
    repo = publish(world.awkward())
    commit = repo.refs.get(name="main").revision.commit
    base = "/-/repos/models/acme/awkward-names"
    seen = 0
    for folder in ("", "/naïve/日本語", "/weights", "/resolve/main"):
        listing = page(client, f"{base}/files{folder}")
        for link in re.findall(
            rf'href="(/-/repos/models/huggingface:acme/awkward-names/file/{commit}/[^"]*)"', listing
        ):
            assert client.get(html.unescape(link)).status_code == 200, link
            seen += 1
    assert seen >= 12


def test_a_tree_of_many_files_is_read_in_pages(client: Client) -> None:
    publish(world.many_files(450))
    base = "/-/repos/models/acme/many-files"
    first = page(client, f"{base}/files/shard-000")
    assert "part-00000.txt" in first
    names = FakeRepo("acme/flat", {f"f-{number:04d}.txt": "x" for number in range(450)})
    publish(names)
    flat = "/-/repos/models/acme/flat/files"
    assert page(client, flat).count("✓") >= 200
    assert "f-0449.txt" not in page(client, flat)
    assert "f-0449.txt" in page(client, f"{flat}?page=3")
    assert client.get(f"{flat}?page=nonsense").status_code == 200


def test_a_file_whose_bytes_are_not_here_has_no_download(client: Client) -> None:
    publish(shown_repo.zoo(), left_out=["weights.bin"])
    files = page(client, f"{BASE}/files")
    assert "left out" in files
    assert "Download weights.bin" not in files
    assert "Download config.json" in files


def test_an_id_of_one_segment_has_its_tabs_too(client: Client) -> None:
    publish(world.classic())
    assert client.get("/-/repos/models/gpt-old").status_code == 200
    answer = client.get("/-/repos/models/gpt-old/files")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/-/repos/models/huggingface:classic-community/gpt-old/files",
    )
    assert client.get("/-/repos/models/unknown/files").status_code == 404


def test_the_card_of_a_real_model_is_laid_out_whole(client: Client, minilm_files: Path) -> None:
    publish(world.minilm(minilm_files))
    card = page(client, f"/-/repos/models/{world.MINILM}")
    assert "1,170,060,424" in card
    assert '<span class="k">import</span>' in card
    assert card.count("<h1") == 1
    assert "sentence-transformers" in card


def test_downloads_lead_to_the_repo_that_is_shown_where_two_have_the_name(client: Client) -> None:
    publish(FakeRepo("acme/one", {"a.txt": "from hf"}))
    publish(FakeRepo("acme/one", {"a.txt": "from ms"}), family="modelscope")
    listing = page(client, "/-/repos/models/modelscope:acme/one/files")
    link = re.search(r'href="([^"]*)" download', listing)
    assert link
    assert b"".join(client.get(link[1]).streaming_content) == b"from ms"  # type: ignore[attr-defined]


ADDRESSES = ["", "/files", "/files/figures", "/revisions", "/compare", "/about", "/file/{commit}/config.json"]


@pytest.mark.parametrize("tab", [*ADDRESSES, "/bytes/{commit}/config.json", "@v1.0"])
def test_nothing_is_shown_to_outsiders_where_pulls_are_not_anonymous(
    client: Client, zoo: Repo, settings: Any, tab: str
) -> None:
    settings.ANONYMOUS_PULL = False
    address = f"{BASE}{tab.format(commit=zoo.refs.get(name='main').revision.commit)}"
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/-/login?next=")
    client.force_login(people.person("nina"))
    assert client.get(address, follow=True).status_code == 200


def test_a_browser_with_a_session_gets_pictures_and_files_without_a_token(
    client: Client, zoo: Repo, settings: Any
) -> None:
    settings.ANONYMOUS_PULL = False
    client.force_login(people.person("nina"))
    card = page(client, "/-/repos/models/acme/zoo")
    image = re.search(r'<img src="(/-/[^"]*pixel.png)"', card)
    assert image
    answer = client.get(image[1])
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert b"".join(answer.streaming_content) == shown_repo.PIXEL  # type: ignore[attr-defined]
    commit = zoo.refs.get(name="main").revision.commit
    saved = client.get(f"/-/repos/models/acme/zoo/bytes/{commit}/modeling_zoo.py")
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved["Content-Type"] == "application/octet-stream"
    assert "sandbox" in saved["Content-Security-Policy"]
    assert client.get(f"/-/repos/models/acme/zoo/bytes/{commit}/nothing").status_code == 404


@pytest.mark.parametrize("tab", ["", "/files", "/revisions", "/about", "/compare"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_pages_only_show(client: Client, zoo: Repo, tab: str, method: str) -> None:
    assert getattr(client, method)(f"{BASE}{tab}").status_code == 405


@pytest.mark.parametrize("tab", ADDRESSES)
def test_pages_of_a_repo_have_nothing_inline(client: Client, zoo: Repo, tab: str) -> None:
    shown = page(client, f"{BASE}{tab.format(commit=zoo.refs.get(name='main').revision.commit)}")
    assert " style=" not in shown
    assert "<style" not in shown
    assert not re.search(r"<[^>]*\son[a-z]+=", shown)


def test_a_revision_that_is_not_published_is_not_shown(client: Client, zoo: Repo) -> None:
    Revision.objects.create(repo=zoo, commit="d" * 40, planned_at=timezone.now())
    assert client.get(f"{BASE}?revision={'d' * 40}").status_code == 404
    assert client.get(f"{BASE}/files?revision={'d' * 40}").status_code == 404
    assert client.get(f"{BASE}/file/{'d' * 40}/config.json").status_code == 404
    assert client.get(f"{BASE}/compare?from={'d' * 40}").status_code == 404


def test_a_file_that_is_read_again_says_when(client: Client, zoo: Repo) -> None:
    Blob.objects.update(created_at="2026-01-02T00:00:00Z", checked_at="2026-03-04T00:00:00Z")
    commit = zoo.refs.get(name="main").revision.commit
    shown = page(client, f"{BASE}/file/{commit}/config.json")
    assert "arrived on 2026-01-02" in shown
    assert "again on 2026-03-04" in shown

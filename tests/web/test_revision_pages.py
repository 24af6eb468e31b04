"""The revisions of a repo, and what differs between two of them."""

import pytest
from django.test import Client
from django.utils import timezone

from hub.catalog.models import Repo, Revision
from tests.catalog.published import publish
from tests.fakes import FakeRepo, Synthetic, repo_file
from tests.web import shown_repo

pytestmark = pytest.mark.django_db

BASE = "/-/repos/models/acme/zoo"


@pytest.fixture
def zoo() -> Repo:
    return shown_repo.published()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_revisions_are_told_with_their_refs_titles_and_where_they_stand(client: Client, zoo: Repo) -> None:
    Revision.objects.create(repo=zoo, commit="d" * 40)
    Revision.objects.create(repo=zoo, commit="e" * 40, retired_at=timezone.now())
    shown = page(client, f"{BASE}/revisions")
    for text in ("main", "v1.0", "Grow it", "On its way", "Retired", "d" * 12, "e" * 12):
        assert text in shown
    assert f"revision={'d' * 40}" not in shown


def test_two_revisions_are_compared_file_by_file_and_line_by_line(client: Client, zoo: Repo) -> None:
    before, after = (zoo.refs.get(name=name).revision.commit for name in ("v1.0", "main"))
    shown = page(client, f"{BASE}/compare?from={before}&to={after}")
    assert "1 changed" in shown
    assert "1 added" in shown
    assert "12 the same" in shown
    assert '<span class="add">+{&quot;model_type&quot;: &quot;bert&quot;, &quot;hidden_size&quot;: 16}' in shown
    back = page(client, f"{BASE}/compare?from={after}&to={before}")
    assert "1 removed" in back
    assert '<span class="del">-{&quot;model_type&quot;: &quot;bert&quot;, &quot;hidden_size&quot;: 16}' in back


def test_without_words_the_default_is_compared_with_another_one(client: Client, zoo: Repo) -> None:
    older, newest = (zoo.refs.get(name=name).revision.commit for name in ("v1.0", "main"))
    assert f"From {older[:12]} to {newest[:12]}" in page(client, f"{BASE}/compare")


def test_a_repo_with_one_revision_differs_in_nothing(client: Client) -> None:
    publish(FakeRepo("acme/single", {"a.txt": "x"}))
    assert "Every file is the same." in page(client, "/-/repos/models/acme/single/compare")


def test_one_file_can_be_asked_for(client: Client, zoo: Repo) -> None:
    before, after = (zoo.refs.get(name=name).revision.commit for name in ("v1.0", "main"))
    shown = page(client, f"{BASE}/compare?from={before}&to={after}&path=new.txt")
    assert '<span class="add">+new' in shown
    assert "hidden_size" not in shown


def test_what_is_no_text_or_too_long_is_told_in_a_sentence(client: Client) -> None:
    repo = FakeRepo(
        "acme/odd", {"a.txt": "1\n" * 5000, "b.txt": b"\x00", "c.md": repo_file("c.md", Synthetic(400_000, 1))}
    )
    repo.tag("v1")
    changed = {"a.txt": "2\n" * 5000, "b.txt": b"\x00\x01", "c.md": repo_file("c.md", Synthetic(400_000, 2))}
    repo.commit(changed)
    row = publish(repo)
    before, after = (row.refs.get(name=name).revision.commit for name in ("v1", "main"))
    base = f"/-/repos/models/acme/odd/compare?from={before}&to={after}"
    assert "more than 4,000 lines" in page(client, base)
    assert "no text" in page(client, f"{base}&path=b.txt")
    assert "too large" in page(client, f"{base}&path=c.md")
    assert "No line differs" in page(client, f"{base}&path=nowhere")


def test_lines_of_a_stranger_are_escaped(client: Client) -> None:
    repo = FakeRepo("acme/evil", {"README.md": "old\n"})
    repo.tag("v1")
    repo.commit({"README.md": "<script>alert(1)</script>\n"})
    publish(repo)
    assert "<script>alert" not in page(client, "/-/repos/models/acme/evil/compare")


def test_a_path_or_revision_that_cannot_be_one_is_told_calmly(client: Client) -> None:
    repo = FakeRepo("acme/calm", {"README.md": "old\n"})
    repo.commit({"README.md": "new\n"})
    publish(repo)
    base = "/-/repos/models/acme/calm"
    assert client.get(f"{base}/compare?path=%00").status_code == 200
    assert client.get(f"{base}?revision=%00").status_code == 404
    assert client.get(f"{base}/files?revision=../..%00").status_code == 404


@pytest.mark.parametrize("query", ["from=zzz", "to=main", f"from={'f' * 40}", "from=%00", "to=" + "x" * 3000])
def test_a_commit_that_was_never_here_is_a_page_that_says_so(client: Client, zoo: Repo, query: str) -> None:
    assert client.get(f"{BASE}/compare?{query}").status_code == 404

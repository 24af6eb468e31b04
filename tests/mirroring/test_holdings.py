"""What takes the room: every byte that is stored counts once, whoever shares it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.blobs.models import Blob
from hub.catalog.models import Ref, Repo, RepoFile, Revision
from hub.mirroring.holdings import DAYS, holdings
from hub.mirroring.upkeep import upkeep
from tests import people

pytestmark = pytest.mark.django_db


def a_blob(number: int, size: int, days: int = 0) -> Blob:
    return Blob.objects.create(sha256=f"{number:064x}", size=size, created_at=timezone.now() - timedelta(days=days))


def a_repo(name: str, files: dict[str, Blob], kind: str = "model", revisions: int = 1) -> Repo:
    repo = Repo.objects.create(
        upstream=people.upstream(), kind=kind, namespace="acme", name=name, key=f"acme/{name}", held=True
    )
    for number in range(revisions):
        revision = Revision.objects.create(repo=repo, commit=f"{number:040x}", published_at=timezone.now())
        for position, (path, blob) in enumerate(files.items()):
            RepoFile.objects.create(
                revision=revision, position=position, path=path, size=blob.size, sha256=blob.sha256, blob=blob
            )
    Ref.objects.create(repo=repo, kind="branch", name="main", ref="refs/heads/main", revision=revision)
    return repo


def test_a_hub_that_holds_nothing_has_numbers() -> None:
    now = holdings().value
    assert (now.blobs, now.stored, now.saved, now.repos, len(now.days)) == (0, 0, 0, (), DAYS)


def test_bytes_that_two_repos_have_count_half_for_each() -> None:
    shared, own = a_blob(1, 1000), a_blob(2, 60)
    a_repo("one", {"a.safetensors": shared, "b.json": own})
    a_repo("two", {"c.safetensors": shared})
    uses = {use.name: (use.files, use.bytes, use.part, use.alone) for use in holdings().value.repos}
    assert uses == {"one": (2, 1060, 560, 60), "two": (1, 1000, 500, 0)}


def test_the_parts_of_all_repos_and_what_is_unused_are_what_is_stored() -> None:
    blobs = [a_blob(number, 600 * number) for number in range(1, 6)]
    a_repo("one", {f"{blob.pk}.bin": blob for blob in blobs[:3]}, revisions=3)
    a_repo("two", {f"{blob.pk}.bin": blob for blob in blobs[1:4]}, kind="dataset")
    a_repo("three", {f"{blob.pk}.bin": blob for blob in blobs[1:2]})
    now = holdings().value
    assert sum(use.part for use in now.repos) + now.unused == now.stored == 9000
    assert sum(part.bytes for part in now.kinds) == sum(part.bytes for part in now.upstreams) == 6000
    assert now.unused == 3000


def test_what_is_saved_is_what_several_revisions_share() -> None:
    a_repo("one", {"a.bin": a_blob(1, 1000)}, revisions=4)
    now = holdings().value
    assert (now.named, now.saved, now.saved_percent) == (4000, 3000, 75)


def test_formats_are_the_endings_of_paths_whatever_their_case() -> None:
    files = {
        "a.safetensors": a_blob(1, 4),
        "b.SAFETENSORS": a_blob(2, 40),
        "c.py": a_blob(3, 2),
        "LICENSE": a_blob(4, 1),
    }
    a_repo("one", files)
    formats = {part.name: (part.files, part.bytes) for part in holdings().value.formats}
    assert formats == {"safetensors": (2, 44), "py": (1, 2), "other": (1, 1)}


def test_growth_is_told_by_day_with_what_came_before() -> None:
    a_blob(1, 5, days=DAYS + 10)
    a_blob(2, 7, days=2)
    a_blob(3, 11)
    now = holdings().value
    assert now.before == 5
    assert [size for _, size in now.days][-3:] == [7, 0, 11]
    assert [size for _, size in now.totals][-3:] == [12, 12, 23]


def test_the_largest_files_come_first_with_a_place_where_they_are() -> None:
    a_repo("one", {"small.bin": a_blob(1, 10), "large.bin": a_blob(2, 1000)}, revisions=2)
    a_blob(3, 500)
    told = [(file.path, file.size, file.places) for file in holdings().value.largest]
    assert told == [("large.bin", 1000, 2), ("", 500, 0), ("small.bin", 10, 2)]


def test_what_was_not_pulled_for_longest_says_why_it_stays() -> None:
    old, older = timezone.now() - timedelta(days=50), timezone.now() - timedelta(days=90)
    for name, published, pinned in [("fresh", timezone.now(), False), ("old", old, False), ("kept", older, True)]:
        repo = a_repo(name, {f"{name}.bin": a_blob(len(name) * 7, 100)})
        repo.revisions.update(published_at=published, pinned=pinned)
    quiet = [(one.revision.repo.name, one.stays, one.frees) for one in upkeep().value.quiet]
    assert quiet == [("kept", "pinned", 100), ("old", "", 100), ("fresh", "lately", 100)]

from pathlib import Path
from typing import Any

import pytest

from hub.catalog import pulls
from hub.catalog.models import PullCount, Repo

pytestmark = pytest.mark.django_db

COMMIT, OTHER = "a" * 40, "b" * 40


@pytest.fixture(autouse=True)
def no_markers_of_other_tests(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def counted(repo: Repo) -> tuple[int, int, int]:
    pulls.flush()
    row = PullCount.objects.get(repo=repo)
    return row.pulls, row.files, row.bytes


def test_a_snapshot_is_one_pull_of_many_files(held_tiny: Repo) -> None:
    for _ in range(5):
        pulls.count(held_tiny.pk, "mia", COMMIT, files=1, size=100)
    assert counted(held_tiny) == (1, 5, 500)
    held_tiny.refresh_from_db()
    assert held_tiny.pulls == 1


def test_callers_and_commits_count_apart(held_tiny: Repo) -> None:
    for caller, commit in (("mia", COMMIT), ("mia", OTHER), ("otto", COMMIT)):
        pulls.count(held_tiny.pk, caller, commit, files=1, size=1)
    assert counted(held_tiny)[0] == 3


def test_parts_of_a_file_count_bytes_only(held_tiny: Repo) -> None:
    pulls.count(held_tiny.pk, "mia", COMMIT, files=0, size=7)
    assert counted(held_tiny) == (0, 0, 7)


def test_another_process_of_this_host_does_not_count_the_same_pull_again(held_tiny: Repo) -> None:
    pulls.count(held_tiny.pk, "mia", COMMIT, files=1, size=1)
    pulls._seen.clear()
    pulls.count(held_tiny.pk, "mia", COMMIT, files=1, size=1)
    assert counted(held_tiny)[:2] == (1, 2)


def test_flushes_add_up(held_tiny: Repo) -> None:
    pulls.count(held_tiny.pk, "mia", COMMIT, files=1, size=1)
    pulls.flush()
    pulls.count(held_tiny.pk, "otto", COMMIT, files=1, size=1)
    assert counted(held_tiny) == (2, 2, 2)


def test_counts_of_a_repo_that_has_gone_are_dropped(held_tiny: Repo) -> None:
    pulls.count(held_tiny.pk + 1000, "mia", COMMIT, files=1, size=1)
    pulls.flush()
    assert PullCount.objects.count() == 0

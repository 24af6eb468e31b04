"""How long a fetch may take, by what came lately."""

from typing import Any

import pytest
from django.utils import timezone

from hub.mirroring.models import Transfer
from hub.mirroring.speeds import SAMPLE, seconds_to_fetch
from tests import people

pytestmark = pytest.mark.django_db


def came(speed: int, number: int, **columns: Any) -> None:
    Transfer.objects.create(
        **{
            "digest": f"sha256:{number:064}",
            "size": 50_000_000,
            "state": "done",
            "bytes_per_second": speed,
            "finished_at": timezone.now(),
            "upstream": people.upstream(),
            "kind": "model",
            "repo_id": "a/b",
            "commit": "c" * 40,
            "path": "x",
            **columns,
        }
    )


def test_nothing_is_known_where_nothing_large_has_come() -> None:
    came(1000, 1, size=1000)
    came(1000, 2, state="failed")
    came(1000, 3, upstream=people.upstream("other"))
    assert seconds_to_fetch(people.upstream(), 5000) is None


def test_the_middle_of_the_last_speeds_decides() -> None:
    for number in range(SAMPLE):
        came(1, number)
    for number in range(SAMPLE):
        came([10, 1000, 1_000_000][number % 3], 100 + number)
    assert seconds_to_fetch(people.upstream(), 5000) == 5

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from hub.mirroring.models import Worker
from hub.mirroring.presence import GONE_SECONDS, alive, farewell, forget_the_gone, sign_of_life

pytestmark = pytest.mark.django_db


def test_a_worker_is_one_row_however_often_it_gives_a_sign() -> None:
    sign_of_life("host:1:a", "small large", "")
    sign_of_life("host:1:a", "small large", "large 2")
    row = Worker.objects.get()
    assert (row.host, row.pid, row.doing) == ("host", 1, "large 2")
    assert list(alive()) == [row]
    farewell("host:1:a")
    assert not Worker.objects.exists()


def test_one_that_went_without_a_word_is_not_counted_and_soon_forgotten() -> None:
    sign_of_life("host:1:a", "small", "")
    sign_of_life("host:2:b", "small", "")
    Worker.objects.filter(pid=1).update(seen_at=Now() - timedelta(seconds=GONE_SECONDS + 1))
    assert [row.pid for row in alive()] == [2]
    assert forget_the_gone() == 1
    assert [row.pid for row in Worker.objects.all()] == [2]

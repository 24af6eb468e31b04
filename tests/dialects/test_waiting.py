from contextlib import ExitStack
from typing import Any

import pytest

from hub.dialects.waiting import seat


@pytest.fixture(autouse=True)
def four_threads(settings: Any) -> None:
    settings.WEB_THREADS = 4


def test_half_of_the_threads_may_wait_and_no_more() -> None:
    with ExitStack() as waiting:
        assert [waiting.enter_context(seat(8.0)) for _ in range(3)] == [8.0, 8.0, 0.0]
    with seat(8.0) as seconds:
        assert seconds == 8.0


def test_who_does_not_wait_takes_no_seat() -> None:
    with seat(0), seat(0), seat(8.0) as one, seat(8.0) as two:
        assert (one, two) == (8.0, 8.0)

"""One contract for the counters of one process and for those in Redis."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from hub.counters import Counters, Observation
from hub.counters.budget import Terms

Make = Callable[[], Counters]


@pytest.fixture(params=["process", "redis"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes counters: each call is another process, as far as Redis can tell."""
    if request.param == "process":
        alone = Counters("", "test")
        yield lambda: alone
        return
    server = request.getfixturevalue("redis_server")
    prefix, made = f"test-{time.monotonic_ns()}", list[Counters]()

    def another() -> Counters:
        made.append(Counters(server.url, prefix))
        return made[-1]

    yield another
    for one in made:
        one._keeper.forget()


def test_a_pace_makes_the_third_wait_for_what_the_others_took(make: Make) -> None:
    one, other = make(), make()
    assert one.reserve("bytes", 100, 100.0, 60.0) == (True, 0.0)
    granted, wait = other.reserve("bytes", 100, 100.0, 60.0)
    assert granted
    assert 0.5 < wait <= 0.9
    granted, wait = one.reserve("bytes", 100, 100.0, 60.0)
    assert granted
    assert 1.5 < wait <= 1.9


def test_a_wait_that_is_too_long_takes_nothing(make: Make) -> None:
    one = make()
    one.reserve("bytes", 1000, 100.0, 60.0)
    refused = [one.reserve("bytes", 1000, 100.0, 1.0) for _ in range(3)]
    assert [granted for granted, _ in refused] == [False] * 3
    assert all(8 < wait <= 10 for _, wait in refused)


def test_a_tally_is_shared_and_ends(make: Make) -> None:
    assert make().add("tries", 2, 60.0)[0] == 2
    total, left = make().add("tries", 3, 60.0)
    assert total == 5
    assert 50 < left <= 60
    make().forget("tries")
    assert make().add("tries", 1, 0.01)[0] == 1
    time.sleep(0.03)
    assert make().add("tries", 1, 60.0)[0] == 1


def test_a_value_is_shared_and_ends(make: Make) -> None:
    make().put("word", "hello", 60.0)
    assert make().get("word") == "hello"
    make().put("word", "hello", 0.01)
    time.sleep(0.03)
    assert make().get("word") == ""


def test_no_more_slots_are_held_than_there_are(make: Make) -> None:
    one, other = make(), make()
    first, second = one.slot("lines", 2), other.slot("lines", 2)
    assert first
    assert second
    assert one.slot("lines", 2) is None
    assert one.slots_taken("lines") == 2
    first.release()
    first.release()
    assert one.slots_taken("lines") == 1
    assert one.slot("lines", 2) is not None


def test_slots_of_a_killed_process_come_back(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.counters.SLOT_LEASE", 0.05)
    killed = make()
    # The thread that renews belongs to the process, so a killed one renews no more.
    monkeypatch.setattr(killed._keeper, "keep", lambda slot: slot)
    assert killed.slot("lines", 1)
    time.sleep(0.1)
    assert make().slot("lines", 1) is not None


def test_held_slots_outlive_their_lease(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.counters.SLOT_LEASE", 0.6)
    holder = make()
    holder._keeper._lease = 0.6
    slot = holder.slot("lines", 1)
    assert slot
    time.sleep(1.2)
    assert make().slot("lines", 1) is None
    slot.release()
    assert make().slot("lines", 1) is not None


def test_a_budget_that_nobody_told_of_is_free(make: Make) -> None:
    assert make().spend("api", 3, False, 30.0) == (3, 0.0)
    assert make().budget("api").quota == 0


def test_a_budget_is_spent_together_and_some_is_kept_for_the_urgent(make: Make) -> None:
    make().observe("api", Observation(100, 250.0, 100, 300.0))
    spent = sum(make().spend("api", 10, False, 0.0, Terms(kept=0.1, short=0.1))[0] for _ in range(20))
    assert spent == 90
    given, wait = make().spend("api", 1, False, 0.0)
    assert given == 0
    assert 240 < wait <= 251
    assert make().spend("api", 10, True, 0.0) == (10, 0.0)
    assert make().spend("api", 1, True, 0.0)[0] == 0
    assert make().budget("api").left == 0


def test_a_short_budget_is_spread_over_what_is_left_of_its_window(make: Make) -> None:
    make().observe("api", Observation(20, 100.0, 100, 300.0))
    waits = [make().spend("api", 5, False, 60.0) for _ in range(4)]
    assert [given for given, _ in waits] == [1] * 4
    steps = [wait for _, wait in waits]
    assert steps[0] == 0
    assert all(8 < later - earlier < 13 for earlier, later in pairwise(steps))


def test_others_who_use_the_same_address_are_noticed(make: Make) -> None:
    make().observe("api", Observation(90, 100.0, 100, 300.0))
    make().observe("api", Observation(12, 99.0, 100, 300.0))
    assert make().budget("api").left == 12
    make().observe("api", Observation(80, 99.0, 100, 300.0))
    assert make().budget("api").left == 12, "an older answer that came late gives nothing back"


def test_requests_before_the_first_answer_count(make: Make) -> None:
    for _ in range(4):
        make().spend("api", 1, False, 0.0)
    make().observe("api", Observation(50, 100.0, 100, 300.0))
    assert make().budget("api").left == 47


def test_a_new_window_brings_a_new_budget(make: Make) -> None:
    make().observe("api", Observation(0, 0.05, 100, 1.0))
    assert make().spend("api", 1, True, 0.0)[0] == 0
    time.sleep(0.15)
    assert make().spend("api", 1, True, 0.0)[0] == 1
    assert make().budget("api").left == 99


def test_being_told_to_stay_away_holds_for_all(make: Make) -> None:
    make().observe("api", Observation(away=30.0))
    given, wait = make().spend("api", 1, True, 0.0)
    assert given == 0
    assert 25 < wait <= 30
    assert 25 < make().budget("api").paused <= 30


def test_no_two_threads_get_the_same_request(make: Make) -> None:
    make().observe("api", Observation(60, 100.0, 60, 300.0))
    given: list[int] = []

    def spend(mine: Counters) -> None:
        given.extend(mine.spend("api", 1, True, 0.0)[0] for _ in range(20))

    threads = [threading.Thread(target=spend, args=(make(),)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(given) == 60

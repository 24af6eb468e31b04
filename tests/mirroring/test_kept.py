"""Numbers that are kept: asked once, told with their age, and never lost to a question that fails."""

import threading

import pytest

from hub.errors import StoreError
from hub.mirroring import kept
from hub.mirroring.kept import Kept, forget_kept


@pytest.fixture
def asked() -> list[int]:
    return []


def counting(asked: list[int]) -> Kept[int]:
    def ask() -> int:
        asked.append(1)
        return len(asked)

    return Kept("numbers", ask, 60)


def test_what_was_asked_a_moment_ago_is_not_asked_again(asked: list[int]) -> None:
    numbers = counting(asked)
    assert [numbers.get().value for _ in range(3)] == [1, 1, 1]
    assert numbers.get().seconds >= 0


def test_what_was_forgotten_is_asked_anew(asked: list[int]) -> None:
    numbers = counting(asked)
    numbers.get()
    forget_kept("another")
    assert numbers.get().value == 1
    forget_kept("numbers")
    assert numbers.get().value == 2


@pytest.mark.django_db
def test_what_is_too_old_is_told_once_more_while_a_thread_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, answered = [1000.0], threading.Event()
    monkeypatch.setattr(kept, "monotonic", lambda: clock[0])
    answers = iter([1, 2])

    def ask() -> int:
        value = next(answers)
        if value == 2:
            answered.set()
        return value

    numbers = Kept("numbers", ask, 60)
    assert numbers.get().value == 1
    clock[0] += 61
    assert numbers.get().value == 1
    assert answered.wait(10)
    for thread in threading.enumerate():
        if thread.name == "count numbers":
            thread.join(10)
    assert numbers.get().value == 2


def test_the_first_question_that_fails_is_told() -> None:
    def ask() -> int:
        raise StoreError("the store is away")

    with pytest.raises(StoreError):
        Kept("numbers", ask, 60).get()

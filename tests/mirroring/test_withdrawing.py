"""People who no longer want what they asked for."""

import pytest

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.errors import NotPermitted, WrongState
from hub.mirroring.models import Asker, Follow, Request
from hub.mirroring.standing import standing_of
from hub.mirroring.wishes import Wish, submit
from hub.mirroring.withdrawing import may_withdraw, withdraw
from hub.names import RepoId, RepoKind
from tests import people

pytestmark = pytest.mark.django_db


def ask(caller: Caller) -> Request:
    return submit(Wish(people.upstream(), RepoKind.MODEL, RepoId.parse("acme/tiny")), caller)


def test_the_only_one_who_asked_ends_it() -> None:
    nina = Caller(user=people.person("nina"))
    row = ask(nina)
    assert may_withdraw(row, nina.user)
    assert withdraw(row, nina)
    assert row.state == "cancelled"
    assert not row.askers.exists()
    assert "withdrawn it" in standing_of(row)["next_step"]
    assert Event.objects.filter(verb="request.cancelled", actor=nina.user).exists()


def test_what_was_withdrawn_can_be_asked_for_again_by_anybody() -> None:
    nina = Caller(user=people.person("nina"))
    row = ask(nina)
    withdraw(row, nina)
    again = ask(Caller(address="10.1.2.3"))
    assert (again.pk, again.state, again.error_code) == (row.pk, "new", "")


def test_what_an_operator_cancelled_stays_cancelled() -> None:
    row = ask(Caller(user=people.person("nina")))
    Request.objects.filter(pk=row.pk).update(state="cancelled")
    assert ask(Caller(address="10.1.2.3")).state == "cancelled"


@pytest.mark.parametrize("other", ["another asker", "a follow"])
def test_it_goes_on_for_others_who_wait_for_it(other: str) -> None:
    nina = Caller(user=people.person("nina"))
    row = ask(nina)
    if other == "another asker":
        ask(Caller(address="10.9.9.9"))
    else:
        Follow.objects.create(request=row, every=3600)
    assert not withdraw(row, nina)
    assert row.state == "new"
    assert not row.askers.filter(user=nina.user).exists()
    assert not may_withdraw(row, nina.user)


def test_nobody_withdraws_what_others_asked_for() -> None:
    row = ask(Caller(user=people.person("nina")))
    for stranger in (Caller(user=people.person("adam")), Caller(address="10.1.2.3")):
        with pytest.raises(NotPermitted):
            withdraw(row, stranger)
        assert not may_withdraw(row, stranger.user)
    row.refresh_from_db()
    assert row.state == "new"
    assert Asker.objects.count() == 1


@pytest.mark.parametrize("state", ["published", "refused", "cancelled"])
def test_what_has_ended_is_not_withdrawn(state: str) -> None:
    nina = Caller(user=people.person("nina"))
    row = ask(nina)
    Request.objects.filter(pk=row.pk).update(state=state)
    row.refresh_from_db()
    assert not may_withdraw(row, nina.user)
    with pytest.raises(WrongState):
        withdraw(row, nina)
    assert row.askers.exists()

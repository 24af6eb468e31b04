"""Who may say something about a request, and who reads it."""

import pytest
from django.contrib.auth.models import AnonymousUser

from hub.accounts.models import Event
from hub.errors import BadInput, NotPermitted
from hub.mirroring.comments import comment, comments_of, may_comment
from hub.mirroring.models import Asker
from tests import people

pytestmark = pytest.mark.django_db


def test_whoever_asked_and_whoever_decides_talk_to_each_other() -> None:
    row, nina, paula = people.request(), people.person("nina"), people.person("paula")
    Asker.objects.filter(request=row).update(user=nina)
    comment(row, nina, "  We need it for the search. ")
    comment(row, paula, "Which licence?")
    for reader in (nina, paula, people.person("vera")):
        told = [(one.author_name, one.text) for one in comments_of(row, reader)]
        assert told == [("nina", "We need it for the search."), ("paula", "Which licence?")]
    assert Event.objects.filter(verb="request.commented").count() == 2


def test_nobody_else_reads_or_writes_it() -> None:
    row, nina, adam = people.request(), people.person("nina"), people.person("adam")
    comment(row, adam, "Between us.")
    for outsider in (nina, AnonymousUser()):
        assert not comments_of(row, outsider)
        assert not may_comment(row, outsider)
        with pytest.raises(NotPermitted):
            comment(row, outsider, "Let me in.")


def test_a_viewer_reads_and_does_not_write() -> None:
    row, vera = people.request(), people.person("vera")
    assert not may_comment(row, vera)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001, "a\0b"])
def test_an_empty_or_endless_text_is_no_comment(text: str) -> None:
    with pytest.raises(BadInput):
        comment(people.request(), people.person("adam"), text)

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hub.catalog.models import Repo
from hub.mirroring.follow import Follow
from hub.mirroring.following import due_follows
from hub.policy.models import Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land
from tests.mirroring.test_following import refresh_now

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def test_mirror_follows_from_the_start_where_it_is_asked_to(upstream: Upstream) -> None:
    run("mirror", world.TINY, "--follow", "--every", "2h", "--auto", "approved", "--keep", "5")
    row = Follow.objects.get()
    assert (row.every, row.auto, row.keep) == (7200, "approved", 5)


def test_without_an_interval_the_setting_counts(upstream: Upstream, settings: Any) -> None:
    settings.FOLLOW_MINUTES = 90
    run("mirror", world.TINY, "--follow")
    assert Follow.objects.get().every == 5400


def test_follow_changes_only_what_is_said(upstream: Upstream) -> None:
    run("mirror", world.TINY, "--follow", "--every", "2h", "--keep", "5")
    assert "every 120 min" in run("follow", world.TINY, "--auto", "never")
    row = Follow.objects.get()
    assert (row.every, row.auto, row.keep) == (7200, "never", 5)
    assert "paused" in run("follow", world.TINY, "--pause")
    assert not Follow.objects.get().active


def test_follow_now_makes_the_look_due(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    land()
    run("follow", world.TINY)
    assert not due_follows().exists()
    run("follow", world.TINY, "--now")
    assert due_follows().exists()


def test_unfollow_says_what_was_not_followed(upstream: Upstream) -> None:
    run("mirror", world.TINY)
    with pytest.raises(CommandError, match="not followed"):
        run("unfollow", world.TINY)
    run("follow", world.TINY)
    assert "no longer followed" in run("unfollow", world.TINY)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["acme/nothing"], "mirror acme/nothing --follow"),
        ([world.TINY, "--every", "often"], "no interval"),
        ([world.TINY, "--every", "10s"], "too short"),
        ([world.TINY, "--revision", "dev/x"], "Nobody asked"),
        (["not an id"], "not a repo id"),
    ],
)
def test_follow_tells_a_slip_in_one_sentence(upstream: Upstream, words: list[str], sentence: str) -> None:
    run("mirror", world.TINY)
    with pytest.raises(CommandError, match=sentence):
        run("follow", *words)


def test_follows_and_requests_tell_the_update_and_what_is_missing(
    ask: Ask, permissive: Rule, out_there: FakeHub
) -> None:
    assert "Nothing is followed" in run("follows")
    advance(ask(world.TINY))
    land()
    run("follow", world.TINY)
    assert "not looked at yet" in run("follows")
    out_there.repo(world.TINY).commit({"run.py": "pass\n"})
    refresh_now()
    advance(Follow.objects.get().request)
    for told in (run("follows"), run("requests")):
        assert "1 added; 0.0 MB to fetch; new code: run.py" in told
    assert "needs approval" in run("follows")
    Repo.objects.update(missing_upstream_since=timezone.now())
    assert "MISSING UPSTREAM since" in run("follows")

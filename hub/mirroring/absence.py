"""Upstream says that a followed repo or ref is not there. One 404 is no deletion: several are, over at least a day.

A strike counts only while the upstream answers another question well with the same token, so that a revoked token, a
hub in trouble or a proxy that answers 404 for everything deletes nothing. What is held stays and is served.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.catalog.models import Repo
from hub.errors import HubError, RepoMissing
from hub.mirroring.diff import held_repo
from hub.mirroring.follow import Follow

STRIKES = 3


def count(follow: Follow, error: HubError) -> dict[str, Any]:
    """The follow's columns after one more 404; marks the repo or the ref once there were enough. Writes the marks,
    and leaves the columns to the caller, who holds the lease. Call it in a transaction."""
    now = timezone.now()
    first = follow.absent_from or now
    columns: dict[str, Any] = {"absences": follow.absences + 1, "absent_from": first}
    if follow.absences + 1 < STRIKES or now - first < timedelta(hours=settings.MISSING_HOURS):
        return columns
    if isinstance(error, RepoMissing):
        _mark_repo(follow, first)
    elif follow.ref_missing_since is None:
        columns["ref_missing_since"] = first
        record(SYSTEM, "follow.ref_missing", str(follow), request=follow.request_id, error=error.words)
    return columns


def _mark_repo(follow: Follow, first: Any) -> None:
    repo = held_repo(follow.request)
    if repo and Repo.objects.filter(pk=repo.pk, missing_upstream_since=None).update(missing_upstream_since=first):
        record(SYSTEM, "repo.missing_upstream", str(repo), request=follow.request_id, since=first.isoformat())


def end(follow: Follow, repo: Repo | None) -> dict[str, Any]:
    """Upstream has answered for the ref: the follow's columns without absences, and the repo's mark is cleared."""
    if repo and Repo.objects.filter(pk=repo.pk).exclude(missing_upstream_since=None).update(
        missing_upstream_since=None
    ):
        record(SYSTEM, "repo.back_upstream", str(repo), request=follow.request_id)
    if follow.ref_missing_since:
        record(SYSTEM, "follow.ref_back", str(follow), request=follow.request_id)
    return {"absences": 0, "absent_from": None, "ref_missing_since": None}

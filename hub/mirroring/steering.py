"""People steer work that is under way: pause, resume, cancel, prioritise. Each is conditional UPDATEs and one event.

Nothing is told to a worker. What is paused or cancelled loses its lease, which the worker notices with its next
heartbeat: it stops, nothing is counted as a failed try, and the parts that were durable stay for when work goes on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.catalog.models import RepoFile
from hub.errors import BadInput, WrongState
from hub.mirroring.gather import pks_of
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pauses import LOW, PRIORITIES, URGENT, Pause
from hub.nudge import nudge
from hub.upstreams.models import Upstream

State = Request.State
UNDER_WAY = (*Request.UNDER_WAY, State.WAITING)
BATCH = 500


def pause(request: Request, caller: Caller, reason: str = "") -> None:
    """Holds a request that is under way. Its files that others wait for too go on. Raises WrongState."""
    with transaction.atomic():
        _change(request, Request.objects.filter(state__in=UNDER_WAY, paused=False), {"paused": True}, withdraw=True)
        _align(request)
        record(caller, "request.paused", str(request), request=request.pk, reason=reason.strip())


def resume(request: Request, caller: Caller) -> None:
    """Goes on with a paused request, where it stopped. Raises WrongState."""
    with transaction.atomic():
        _change(request, Request.objects.filter(paused=True), {"paused": False})
        _align(request)
        record(caller, "request.resumed", str(request), request=request.pk)
        nudge("workers.sweep")


def cancel(request: Request, caller: Caller, reason: str = "") -> None:
    """Ends a request that is under way or has failed. Its files that nobody else waits for are dropped; what has
    arrived of them is removed by `pruneblobs`. It stays cancelled until an operator retries it. Raises WrongState."""
    with transaction.atomic():
        changes = {"state": State.CANCELLED, "paused": False, "decision_reason": reason.strip()[:500]}
        _change(request, Request.objects.filter(state__in=[*UNDER_WAY, State.FAILED]), changes, withdraw=True)
        _align(request)
        record(caller, "request.cancelled", str(request), request=request.pk, reason=reason.strip())


def prioritise(request: Request, caller: Caller, priority: int) -> None:
    """Sets the priority of a request and of the files it waits for: LOW, NORMAL or URGENT, or between. A file that
    others wait for too has the highest of theirs. Raises BadInput and WrongState."""
    if not LOW <= priority <= URGENT:
        raise BadInput(f"a priority of {priority} makes no sense", f"choose one from {LOW} to {URGENT}")
    with transaction.atomic():
        _change(request, Request.objects.exclude(state=State.CANCELLED), {"priority": priority})
        _align(request)
        record(caller, "request.prioritised", str(request), request=request.pk, priority=priority)
        if priority > 0:
            nudge("workers.urgent" if priority >= URGENT else "workers.sweep")


def pause_everything(caller: Caller, upstream: Upstream | None = None, reason: str = "") -> None:
    """Nothing of the upstream, or of any where it is None, begins from now on, and what runs goes back into the queue.
    What is held is served as ever. Raises WrongState where it is paused already."""
    row = Pause(upstream=upstream, by=caller.label[:200], reason=reason.strip()[:500])
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Not looked for first: another may pause it, and go on again, between a look and an insertion.
            raise WrongState(f"{row} is paused already", "resume it with: manage.py resume") from None
        of_it = Q() if upstream is None else Q(upstream=upstream)
        running = Q(state=Transfer.State.QUEUED) & ~Q(lease_owner="")
        Transfer.objects.filter(of_it, running).withdraw(bytes_per_second=0)
        record(caller, "hub.paused", str(row), reason=reason.strip())


def resume_everything(caller: Caller, upstream: Upstream | None = None) -> None:
    """Ends the pause of an upstream, or of the hub; requests that were paused singly stay so. Raises WrongState."""
    with transaction.atomic():
        what = upstream.slug if upstream else "the whole hub"
        if not Pause.objects.filter(upstream=upstream).delete()[0]:
            raise WrongState(f"{what} is not paused", "see what is with: manage.py requests")
        record(caller, "hub.resumed", what)
        nudge("workers.sweep")


def pause_of(request: Request) -> str:
    """Why nothing of this request begins, as the end of a sentence; "" where it may."""
    if request.paused:
        return "an operator has paused it"
    pauses = Pause.objects.filter(Q(upstream=None) | Q(upstream=request.upstream_id)).select_related("upstream")
    for row in pauses:
        return f"an operator has paused {row}" + (f" ({row.reason})" if row.reason else "")
    return ""


def priority_named(text: str) -> int:
    """The number of `low`, `normal`, `urgent`, or of a number that was written out. Raises BadInput."""
    if text in PRIORITIES:
        return PRIORITIES[text]
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"{text!r} is no priority", f"write {', '.join(PRIORITIES)} or a number") from None


def _change(request: Request, rows: QuerySet[Request], changes: dict[str, object], withdraw: bool = False) -> None:
    """One conditional UPDATE. `withdraw` takes the lease away too: a look or plan under way must not undo it."""
    fitting = rows.filter(pk=request.pk)
    # When it was changed counts for a request that starts to wait for a worker, and for people.
    changes = {**changes, "changed_at": timezone.now()}
    done = fitting.withdraw(**changes) if withdraw else fitting.update(**changes)  # type: ignore[attr-defined]
    request.refresh_from_db()
    if not done:
        paused = ", paused" if request.paused else ""
        raise WrongState(
            f"request {request.pk} is {request.get_state_display().lower()}{paused}",
            "reload it: somebody may have been quicker",
        )


@dataclass(frozen=True)
class _Wanted:
    """What the requests that wait for a digest want together."""

    priority: int
    paused: bool

    def with_another(self, priority: int, paused: bool) -> "_Wanted":
        return _Wanted(max(self.priority, priority), self.paused and paused)


def _align(request: Request) -> None:
    """Gives the transfers of the request what all requests that wait for them want together. Call it in a transaction,
    after the request was changed."""
    if request.revision_id is None:
        return
    unheld = RepoFile.objects.filter(revision=request.revision_id, wanted=True, blob=None)
    names = {f"sha256:{sha256}" if sha256 else f"git:{oid}" for sha256, oid in unheld.values_list("sha256", "oid")}
    for pks in _batches(pks_of(names)):
        # The locks come first: a plan that takes one of these files up at this moment is seen, or sees us.
        locked = Transfer.objects.filter(pk__in=pks).order_by("pk").select_for_update()
        known = {digest for digest, state in locked.values_list("digest", "state") if state == Transfer.State.QUEUED}
        groups: dict[_Wanted | None, list[str]] = {}
        wanted = _wanted(known)
        for digest in known:
            groups.setdefault(wanted.get(digest), []).append(digest)
        for want, members in groups.items():
            _write(Transfer.objects.filter(digest__in=members, state=Transfer.State.QUEUED), want)


def _write(rows: QuerySet[Transfer], want: _Wanted | None) -> None:
    if want is None:
        rows.withdraw(  # type: ignore[attr-defined]
            state=Transfer.State.CANCELLED, paused=False, bytes_per_second=0, finished_at=timezone.now()
        )
    elif want.paused:
        rows.withdraw(paused=True, priority=want.priority, bytes_per_second=0)  # type: ignore[attr-defined]
    else:
        rows.update(paused=False, priority=want.priority)


def _wanted(digests: Iterable[str]) -> dict[str, _Wanted]:
    """Digest -> what the requests that are being fetched want; a digest that none of them waits for is left out."""
    by_sha256 = {digest.removeprefix("sha256:") for digest in digests if digest.startswith("sha256:")}
    by_oid = {digest.removeprefix("git:") for digest in digests if digest.startswith("git:")}
    files = RepoFile.objects.filter(
        Q(sha256__in=by_sha256) | Q(sha256="", oid__in=by_oid),
        wanted=True,
        blob=None,
        revision__requests__state=State.FETCHING,
    ).values_list("sha256", "oid", "revision__requests__priority", "revision__requests__paused")
    found: dict[str, _Wanted] = {}
    for sha256, oid, priority, paused in files.distinct():
        digest = f"sha256:{sha256}" if sha256 else f"git:{oid}"
        found[digest] = found[digest].with_another(priority, paused) if digest in found else _Wanted(priority, paused)
    return found


def _batches(pks: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pks), BATCH):
        yield pks[start : start + BATCH]

"""Which requests wait for a transfer: what people steer are requests, what workers carry are files."""

from collections.abc import Sequence

from django.db.models import Q

from hub.catalog.models import RepoFile
from hub.mirroring.models import Request, Transfer

State = Request.State
STEERABLE = (State.APPROVED, State.FETCHING, State.FAILED, State.CANCELLED)


def waiters_of(transfers: Sequence[Transfer]) -> dict[int, list[Request]]:
    """pk of a transfer -> the requests that wait for its bytes, or did when it failed; those of nobody are left out.

    For a page of transfers: two questions for all of them.
    """
    pks = {transfer.digest: transfer.pk for transfer in transfers}
    by_sha256 = [digest.partition(":")[2] for digest in pks if digest.startswith("sha256:")]
    by_oid = [digest.partition(":")[2] for digest in pks if digest.startswith("git:")]
    files = RepoFile.objects.filter(
        Q(sha256__in=by_sha256) | Q(sha256="", oid__in=by_oid),
        blob=None,
        wanted=True,
        revision__requests__state__in=STEERABLE,
    )
    pairs = set(files.values_list("sha256", "oid", "revision__requests").distinct())
    requests = Request.objects.select_related("upstream").in_bulk([pk for _, _, pk in pairs])
    found: dict[int, list[Request]] = {}
    for sha256, oid, pk in sorted(pairs, key=lambda pair: pair[2]):
        digest = f"sha256:{sha256}" if sha256 else f"git:{oid}"
        if pk in requests and digest in pks:
            found.setdefault(pks[digest], []).append(requests[pk])
    return found

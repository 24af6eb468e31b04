"""Edits of upstreams by staff: who moved an address, entered a token or set a limit is kept."""

from hub.accounts.callers import Caller
from hub.accounts.edits import record_edit, values_of
from hub.upstreams.limits import forget_limits
from hub.upstreams.models import Upstream

_HIDDEN = frozenset({"sealed_token", "created_at"})


def edited(caller: Caller, upstream: Upstream, before: Upstream | None) -> None:
    """After a row was saved; `before` is the row as it was, None for a new one. The token itself is told nowhere."""
    record_edit(caller, "upstream", upstream.slug, _told(before, before) if before else None, _told(upstream, before))
    forget_limits()


def deleted(caller: Caller, upstream: Upstream) -> None:
    """Before a row is deleted."""
    record_edit(caller, "upstream", upstream.slug, _told(upstream, upstream), None)


def _told(row: Upstream, before: Upstream | None) -> dict[str, object]:
    told = "kept" if row.sealed_token else "none"
    if before is not None and row.sealed_token and before.sealed_token and row.sealed_token != before.sealed_token:
        told = "another one"
    return {**values_of(row, _HIDDEN), "token": told}

"""Edits of rows by staff, in the audit trail: what was changed, from what, to what."""

from collections.abc import Mapping

from django.db import models

from hub.accounts.callers import Caller
from hub.accounts.events import record

LONGEST = 200

Values = Mapping[str, object]


def values_of(row: models.Model, without: frozenset[str] = frozenset()) -> dict[str, object]:
    """A row's columns as they may stand in the trail. `without` are those that nobody may read there."""
    names = [field.name for field in row._meta.concrete_fields if not field.primary_key and field.name not in without]
    return {name: _plain(getattr(row, name)) for name in names}


def record_edit(caller: Caller, what: str, subject: str, before: Values | None, after: Values | None) -> None:
    """Writes `what.added`, `what.changed` or `what.deleted`; None is a row that is not there. Nothing for an edit that
    changed nothing. Call it inside the transaction of the edit."""
    old, new = before or {}, after or {}
    changes = {name: [old.get(name), new.get(name)] for name in {**old, **new} if old.get(name) != new.get(name)}
    if not changes:
        return
    verb = "added" if before is None else "deleted" if after is None else "changed"
    record(caller, f"{what}.{verb}", f"{what} {subject}", changes=changes)


def _plain(value: object) -> object:
    if isinstance(value, str):
        return value[:LONGEST]
    return value if isinstance(value, bool | int | float | list | None) else str(value)[:LONGEST]

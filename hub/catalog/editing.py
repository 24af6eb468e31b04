"""Edits of synonyms by staff: who said that two names are one family is kept."""

from hub.accounts.callers import Caller
from hub.accounts.edits import record_edit, values_of
from hub.catalog.models import Synonym
from hub.catalog.synonyms import forget_synonyms


def edited(caller: Caller, synonym: Synonym, before: Synonym | None) -> None:
    """After a row was saved; `before` is the row as it was, None for a new one."""
    record_edit(caller, "synonym", str(synonym), values_of(before) if before else None, values_of(synonym))
    forget_synonyms()


def deleted(caller: Caller, synonym: Synonym) -> None:
    """Before a row is deleted."""
    record_edit(caller, "synonym", str(synonym), values_of(synonym), None)
    forget_synonyms()

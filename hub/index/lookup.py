"""Rows by many values at once: one parameter, and a statement that is always the same. To put together a thousand
placeholders takes longer than to answer them."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection


def among(column: str, values: Sequence[int] | Sequence[str]) -> tuple[str, list[Any]]:
    """The condition that a column is one of the values, and its parameters."""
    if connection.vendor != "postgresql":
        return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(values)]  # noqa: S608 (names of columns)
    kind = "bigint" if values and isinstance(values[0], int) else "text"
    # Postgres takes what comes out of a subquery for few, and looks each up; it would read a small table whole.
    return f"{column} = ANY(ARRAY(SELECT unnest(%s::{kind}[])))", [list(values)]

"""Many of the same thing, as data."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers


def each(row: type[serializers.BaseSerializer[Any]], things: Iterable[object]) -> Any:
    many: Any = list(things)
    return row(many, many=True).data

"""As much of django-filter as hub.api uses: it ships no types of its own."""

from typing import Any

class Filter:
    def __init__(
        self,
        field_name: str | None = None,
        lookup_expr: str | None = None,
        *,
        label: str | None = None,
        method: str | None = None,
        **options: Any,
    ) -> None: ...

class CharFilter(Filter): ...
class BooleanFilter(Filter): ...
class ChoiceFilter(Filter): ...
class IsoDateTimeFilter(Filter): ...

class FilterSet:
    request: Any
    def filter_queryset(self, queryset: Any) -> Any: ...

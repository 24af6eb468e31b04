from typing import Any

from rest_framework.filters import BaseFilterBackend

class DjangoFilterBackend(BaseFilterBackend):
    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any: ...

"""What the admin pages of all rooms share: rows that may be looked at, and not edited where editing would lie."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest
from unfold.admin import ModelAdmin


class LookOnly(ModelAdmin):
    """Rows that the hub writes and people read. What can be done with one is an action with a permission of its own."""

    list_per_page = 50
    actions: Sequence[Any] | None = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return flatten_fieldsets(self.fieldsets) if self.fieldsets else list(self.readonly_fields)

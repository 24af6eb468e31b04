"""What the admin pages of all rooms share: rows that may be looked at, and not edited where editing would lie."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.db import transaction
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


class Audited(ModelAdmin):
    """Rows that staff edit: whatever is saved or deleted is told to `edited` and `deleted`, in the same transaction."""

    def edited(self, request: HttpRequest, row: Any, before: Any) -> None:
        """`before` is None for a new row."""
        raise NotImplementedError

    def deleted(self, request: HttpRequest, row: Any) -> None:
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic():
            before = self.model._default_manager.filter(pk=obj.pk).first() if change else None
            super().save_model(request, obj, form, change)
            self.edited(request, obj, before)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            self.deleted(request, obj)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            for row in queryset:
                self.deleted(request, row)
            super().delete_queryset(request, queryset)

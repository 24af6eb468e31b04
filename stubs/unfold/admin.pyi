# What our admin pages use of django-unfold, which carries no types of its own.
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

class ModelAdmin(admin.ModelAdmin[Any]):
    actions_list: Sequence[str]
    actions_detail: Sequence[str]
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]: ...

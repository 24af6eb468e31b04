"""Filters of the request list by what upstream said about the repo."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest

from hub.mirroring.models import Request


class LicenceFilter(SimpleListFilter):
    title = "licence"
    parameter_name = "licence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = Request.objects.order_by().values_list("facts__licence", flat=True).distinct()[:200]
        return [*sorted((licence, licence) for licence in found if licence), ("none", "not stated")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(facts__licence="" if value == "none" else value)


class GatedFilter(SimpleListFilter):
    title = "gated"
    parameter_name = "gated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "gated upstream"), ("no", "open")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        if self.value() == "yes":
            return queryset.filter(facts__has_key="gated").exclude(facts__gated="")
        return queryset.filter(facts__gated="") if self.value() == "no" else queryset


class RiskFilter(SimpleListFilter):
    title = "risks"
    parameter_name = "risk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("has_pickles", "pickles"), ("has_code", "code")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Request]) -> QuerySet[Request]:
        value = self.value()
        if value not in {"has_pickles", "has_code"}:
            return queryset
        return queryset.filter(facts__has_key=value).exclude(**{f"facts__{value}": []})

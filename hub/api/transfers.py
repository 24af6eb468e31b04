"""Files on their way in."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.accounts.staff import may
from hub.api.repos import KINDS
from hub.mirroring.models import Transfer
from hub.mirroring.traffic import process_of


class TransferFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Transfer.State.choices)
    running = django_filters.BooleanFilter(method="by_lease", label="Whether a worker has it in hand.")
    kind = django_filters.ChoiceFilter(choices=KINDS)
    upstream = django_filters.CharFilter("upstream__slug")
    repo_id = django_filters.CharFilter("repo_id", "iexact")
    digest = django_filters.CharFilter("digest")

    def by_lease(self, rows: QuerySet[Transfer], name: str, value: bool) -> QuerySet[Transfer]:
        running = Q(state=Transfer.State.QUEUED) & ~Q(lease_owner="")
        return rows.filter(running) if value else rows.exclude(running)


class TransferRow(serializers.ModelSerializer[Transfer]):
    """Sizes in bytes. `worker` is host:process, for staff who may see workers."""

    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    kind = serializers.ChoiceField(choices=KINDS)
    running = serializers.SerializerMethodField()
    percent = serializers.SerializerMethodField()
    seconds_left = serializers.SerializerMethodField()
    worker = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields = [
            "id",
            "digest",
            "size",
            "state",
            "running",
            "priority",
            "paused",
            "upstream",
            "kind",
            "repo_id",
            "commit",
            "path",
            "received",
            "percent",
            "bytes_per_second",
            "seconds_left",
            "worker",
            "attempts",
            "not_before",
            "error_code",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_running(self, row: Transfer) -> bool:
        return row.state == Transfer.State.QUEUED and bool(row.lease_owner)

    def get_percent(self, row: Transfer) -> int:
        """Never 100 before the bytes are verified."""
        if row.state == Transfer.State.DONE:
            return 100
        return min(99, row.received * 100 // max(row.size, 1))

    def get_seconds_left(self, row: Transfer) -> int | None:
        """At the speed of now; null while none is known."""
        if not self.get_running(row) or not row.bytes_per_second:
            return None
        return max(0, row.size - row.received) // row.bytes_per_second

    def get_worker(self, row: Transfer) -> str | None:
        sees_workers = may(self.context["request"], "mirroring.view_worker")
        return process_of(row.lease_owner) if sees_workers and self.get_running(row) else None


@extend_schema(tags=["transfers"])
@extend_schema_view(
    list=extend_schema(summary="Transfers", description="The newest first. One digest is one transfer."),
    retrieve=extend_schema(summary="One transfer"),
)
class Transfers(ReadOnlyModelViewSet[Transfer]):
    """Shared by every request that waits for the same bytes."""

    queryset = Transfer.objects.select_related("upstream")
    serializer_class = TransferRow
    filterset_class = TransferFilter

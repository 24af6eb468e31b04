"""The hubs out there: which there are, and for staff how their limits and budgets stand. Never their tokens."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.accounts.staff import may
from hub.api.access import MayPull, staff_with
from hub.api.openapi import described
from hub.api.paging import NewestFirst
from hub.api.throttle import Questions
from hub.errors import HubError
from hub.mirroring.models import Pause
from hub.upstreams.limits import standing
from hub.upstreams.models import Upstream
from hub.upstreams.registry import client_for

SEES = "upstreams.view_upstream"


class BudgetRow(serializers.Serializer[Any]):
    """Requests that the upstream lets us make; seconds until there are more, and until anybody may ask at all."""

    bucket = serializers.CharField()
    left = serializers.IntegerField()
    quota = serializers.IntegerField(help_text="0 where the upstream has told none.")
    resets_in = serializers.FloatField()
    paused = serializers.FloatField()


class LimitsRow(serializers.Serializer[Any]):
    """Of all workers together. `rate` in bytes per second, null = full speed; 0 = stopped."""

    url = serializers.CharField()
    has_token = serializers.BooleanField()
    connections = serializers.IntegerField()
    max_connections = serializers.IntegerField(allow_null=True)
    rate = serializers.IntegerField(allow_null=True)
    sentence = serializers.CharField()
    budgets = BudgetRow(many=True)


class UpstreamRow(serializers.ModelSerializer[Upstream]):
    paused = serializers.SerializerMethodField()
    standing = serializers.SerializerMethodField()

    class Meta:
        model = Upstream
        fields = ["slug", "kind", "enabled", "position", "paused", "standing"]

    def get_paused(self, row: Upstream) -> bool:
        """Whether an operator holds it, or the whole hub: then nothing of it begins."""
        return Pause.objects.filter(upstream=None).exists() or Pause.objects.filter(upstream=row).exists()

    @extend_schema_field(LimitsRow(allow_null=True))
    def get_standing(self, row: Upstream) -> Any:
        """For staff who may see upstreams; null for everybody else."""
        return LimitsRow(_told(row)).data if may(self.context["request"], SEES) else None


def _told(row: Upstream) -> dict[str, Any]:
    now = standing(row)
    return {
        "url": row.url,
        "has_token": bool(row.sealed_token),
        "connections": now.connections,
        "max_connections": now.max_connections,
        "rate": now.rate,
        "sentence": now.sentence,
        "budgets": [
            {
                "bucket": bucket,
                "left": budget.left,
                "quota": budget.quota,
                "resets_in": budget.resets_in,
                "paused": budget.paused,
            }
            for bucket, budget in now.budgets.items()
        ],
    }


class AskedFirst(NewestFirst):
    ordering = ("position", "id")


@extend_schema(tags=["upstreams"])
@extend_schema_view(
    list=extend_schema(summary="Upstreams", description="In the order in which they are asked."),
    retrieve=extend_schema(summary="One upstream"),
)
class Upstreams(ReadOnlyModelViewSet[Upstream]):
    """Those that are switched off are shown to staff who may see upstreams."""

    queryset = Upstream.objects.all()
    serializer_class = UpstreamRow
    pagination_class = AskedFirst
    filter_backends = []
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Upstream]:
        rows = super().get_queryset()
        return rows if may(self.request._request, SEES) else rows.filter(enabled=True)


class CheckRow(serializers.Serializer[Any]):
    """`code`, `detail` and `next_step` say what is wrong, and are empty where nothing is."""

    healthy = serializers.BooleanField()
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)
    next_step = serializers.CharField(allow_blank=True)


@described(
    "post",
    tags=["upstreams"],
    summary="Ask an upstream whether it answers",
    operation_id="upstreams_check",
    request=None,
    responses=CheckRow,
)
class UpstreamCheck(APIView):
    """With its token, now. For staff who may see upstreams."""

    permission_classes = [MayPull, staff_with(SEES)]
    throttle_classes = [Questions]
    only_asks = True

    def post(self, request: ApiRequest, slug: str) -> Response:
        row = get_object_or_404(Upstream.objects.all(), slug=slug)
        told = {"healthy": True, "code": "", "detail": "", "next_step": ""}
        try:
            client_for(row).check()
        except HubError as error:
            told = {"healthy": False, "code": error.code, "detail": error.sentence, "next_step": error.next_step}
        return Response(CheckRow(told).data)

"""What a wish would become, before anybody asks."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from hub.accounts.staff import may
from hub.api.openapi import described
from hub.api.requests import WISH, WishInput, wish_in
from hub.api.rows import each
from hub.api.rules import TriedRow
from hub.api.throttle import Questions
from hub.mirroring.dry_run import DryRun, Outcome, dry_run
from hub.mirroring.models import Request
from hub.mirroring.quota import Shares
from hub.mirroring.speeds import seconds_to_fetch
from hub.policy.models import Action


class SharesRow(serializers.Serializer[Shares]):
    """Where the bytes are, each digest once: held, on their way in, or neither."""

    held = serializers.IntegerField()
    coming = serializers.IntegerField()
    to_fetch = serializers.IntegerField()


class SmallRequestRow(serializers.ModelSerializer[Request]):
    class Meta:
        model = Request
        fields = ["id", "state"]


class TroubleRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField(source="sentence")
    next_step = serializers.CharField()


class DryRunRow(serializers.Serializer[DryRun]):
    """`outcome` is what asking would lead to: `held` (readers have it), `joins` (the same wish is under way),
    `fetched`, `asks` (an admin is asked), `refused`, or `unknown` where upstream did not tell enough (`error`)."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    reason = serializers.CharField(allow_blank=True)
    upstream = serializers.CharField(source="wish.upstream.slug")
    kind = serializers.CharField(source="wish.kind.value")
    repo_id = serializers.CharField()
    commit = serializers.CharField(allow_blank=True)
    licence = serializers.CharField(allow_blank=True)
    gated = serializers.CharField(allow_blank=True)
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()
    shares = SharesRow()
    seconds_to_fetch = serializers.SerializerMethodField()
    fits = serializers.BooleanField(help_text="Whether there is room for what has to be fetched.")
    room = serializers.IntegerField(allow_null=True, help_text="Bytes; null where nothing bounds the store.")
    verdict = serializers.ChoiceField(source="verdict.action", choices=Action.choices, allow_null=True)
    verdict_rule = serializers.CharField(source="verdict.rule", allow_null=True)
    facts = serializers.DictField()
    change = serializers.DictField(allow_null=True, help_text="What it would change for readers.")
    request = SmallRequestRow(allow_null=True, help_text="The request that there is already.")
    rules = serializers.SerializerMethodField()
    error = TroubleRow(allow_null=True)

    def get_seconds_to_fetch(self, one: DryRun) -> int | None:
        """By how fast files came from that upstream lately; null where nothing has yet."""
        seconds = seconds_to_fetch(one.wish.upstream, one.shares.to_fetch)
        return None if seconds is None else round(seconds)

    @extend_schema_field(TriedRow(many=True))
    def get_rules(self, one: DryRun) -> Any:
        """Rule by rule; empty for whoever may not see the rules."""
        sees_rules = may(self.context["request"], "policy.view_rule")
        return each(TriedRow, one.tried if sees_rules else ())


@described(
    "post",
    tags=["requests"],
    summary="Try a wish",
    operation_id="requests_dry_run",
    request=WishInput,
    responses=DryRunRow,
    examples=[WISH],
)
class DryRuns(APIView):
    """The verdict, the licence, and what it would cost. Upstream is asked, nothing is written; 30 a minute."""

    throttle_classes = [Questions]
    only_asks = True

    def post(self, request: ApiRequest) -> Response:
        return Response(DryRunRow(dry_run(wish_in(request)), context={"request": request}).data)

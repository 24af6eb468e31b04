"""Requests: wishes to hold a repo, and what becomes of them."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from hub.accounts.models import User
from hub.api.callers import caller_behind
from hub.api.idempotency import idempotent
from hub.api.repos import KINDS
from hub.api.throttle import Writes
from hub.catalog.synonyms import suggest
from hub.mirroring.models import Request
from hub.mirroring.standing import standing_of
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.upstreams.registry import parse_named_id

MOST_PATTERNS = 100


class RequestFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Request.State.choices)
    kind = django_filters.ChoiceFilter(choices=KINDS)
    upstream = django_filters.CharFilter("upstream__slug")
    repo_id = django_filters.CharFilter(method="by_id", label="namespace/name, in any letter case.")
    mine = django_filters.BooleanFilter(method="by_asker", label="Those that you asked for under your account.")

    def by_id(self, rows: QuerySet[Request], name: str, value: str) -> QuerySet[Request]:
        return rows.filter(key=value.lower())

    def by_asker(self, rows: QuerySet[Request], name: str, value: bool) -> QuerySet[Request]:
        user = self.request.user if isinstance(self.request.user, User) else None
        mine = Request.objects.filter(askers__user=user) if user else Request.objects.none()
        return rows.filter(pk__in=mine.values("pk")) if value else rows.exclude(pk__in=mine.values("pk"))


class RequestRow(serializers.ModelSerializer[Request]):
    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    kind = serializers.ChoiceField(choices=KINDS)
    include = serializers.ListField(child=serializers.CharField())
    exclude = serializers.ListField(child=serializers.CharField())
    facts = serializers.DictField(help_text="What upstream said: licence, bytes, files, formats, gated, tags …")

    class Meta:
        model = Request
        fields = [
            "id",
            "upstream",
            "kind",
            "repo_id",
            "ref",
            "include",
            "exclude",
            "state",
            "priority",
            "paused",
            "commit",
            "facts",
            "verdict",
            "verdict_reason",
            "verdict_rule",
            "decided_at",
            "decision_reason",
            "error_code",
            "error",
            "created_at",
            "changed_at",
        ]


class StandingRow(serializers.Serializer[Any]):
    """How a request stands, in bytes and seconds; `text` is one line for people, `next_step` what to do."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Request.State.choices)
    state_label = serializers.CharField()
    paused = serializers.BooleanField()
    priority = serializers.IntegerField()
    ended = serializers.BooleanField()
    next_step = serializers.CharField()
    files_done = serializers.IntegerField()
    files_total = serializers.IntegerField()
    bytes_done = serializers.IntegerField()
    bytes_total = serializers.IntegerField()
    bytes_per_second = serializers.IntegerField()
    seconds_left = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    error_code = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    failed_transfers = serializers.IntegerField()


class OtherNamesRow(serializers.Serializer[Any]):
    held = serializers.ListField(child=serializers.CharField())
    to_ask_for = serializers.ListField(child=serializers.CharField())


class RequestDetail(RequestRow):
    standing = serializers.SerializerMethodField()
    other_names = serializers.SerializerMethodField()
    repo = serializers.SerializerMethodField()

    class Meta(RequestRow.Meta):
        fields = [*RequestRow.Meta.fields, "standing", "other_names", "repo"]

    @extend_schema_field(StandingRow)
    def get_standing(self, row: Request) -> Any:
        return StandingRow(standing_of(row)).data

    @extend_schema_field(OtherNamesRow)
    def get_other_names(self, row: Request) -> dict[str, Any]:
        """What the table of other names knows: held repos, and names to ask for. It suggests, and proves nothing."""
        found = suggest(RepoKind(row.kind), RepoId.parse(row.repo_id), row.upstream.kind)
        held = [repo.named for repo, _ in found.held] if found else []
        return {"held": held, "to_ask_for": [f"{name.hub}:{name}" for name in found.names] if found else []}

    def get_repo(self, row: Request) -> int | None:
        """The `id` of the repo, once it is planned."""
        return row.revision.repo_id if row.revision else None


def _patterns(text: str) -> serializers.ListField:
    child = serializers.CharField(max_length=300)
    return serializers.ListField(child=child, required=False, default=list, max_length=MOST_PATTERNS, help_text=text)


class WishInput(serializers.Serializer[Any]):
    """What is asked for. `repo_id` may name its upstream too, as in `modelscope:Qwen/Qwen3-0.6B`; without one it is the
    first that is enabled."""

    upstream = serializers.CharField(required=False, default="", allow_blank=True, max_length=40)
    kind = serializers.ChoiceField(choices=KINDS, required=False, default=RepoKind.MODEL.value)
    repo_id = serializers.CharField(max_length=250)
    ref = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        max_length=255,
        help_text="A branch, a tag or a commit; empty = the default branch.",
    )
    include = _patterns('Only these files, e.g. ["*.safetensors"]; empty = all.')
    exclude = _patterns('Not these, e.g. ["*.bin", "onnx/"].')

    def wish(self) -> Wish:
        """Raises BadInput for an upstream that is unknown or switched off, BadName for the id."""
        told = self.validated_data
        named = f"{told['upstream']}:{told['repo_id']}" if told["upstream"] else told["repo_id"]
        upstream, repo_id = parse_named_id(named)
        patterns = {"include": tuple(told["include"]), "exclude": tuple(told["exclude"])}
        return Wish(upstream, RepoKind(told["kind"]), repo_id, told["ref"], **patterns)


def wish_in(request: ApiRequest) -> Wish:
    """The wish in a body."""
    asked = WishInput(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.wish()


WISH = OpenApiExample(
    "A model without its ONNX files",
    value={"upstream": "huggingface", "repo_id": "sentence-transformers/all-MiniLM-L6-v2", "exclude": ["onnx/"]},
    request_only=True,
)


def all_requests() -> QuerySet[Request]:
    return Request.objects.select_related("upstream", "revision")


@extend_schema(tags=["requests"])
@extend_schema_view(
    list=extend_schema(summary="Requests", description="The newest first; everybody who may pull sees all of them."),
    retrieve=extend_schema(summary="One request, with its progress", responses=RequestDetail),
)
class Requests(ListModelMixin, RetrieveModelMixin, GenericViewSet[Request]):
    queryset = all_requests()
    filterset_class = RequestFilter
    throttle_classes = [Writes]

    def get_serializer_class(self) -> type[RequestRow]:
        return RequestRow if self.action == "list" else RequestDetail

    @extend_schema(
        summary="Ask for a repo",
        description="201 for a new request; 200 where it joins the one that there is, whatever its state.",
        request=WishInput,
        responses={201: RequestDetail, 200: RequestDetail},
        examples=[WISH],
    )
    @idempotent
    def create(self, request: ApiRequest) -> Response:
        wish = wish_in(request)
        is_new = not Request.objects.filter(**wish.identity).exists()
        row = submit(wish, caller_behind(request))
        return answered(row, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def answered(row: Request, code: int = status.HTTP_200_OK) -> Response:
    """The request as it is now, after something was done to it."""
    fresh = all_requests().get(pk=row.pk)
    where = {"Location": reverse("api:request", args=[row.pk])} if code == status.HTTP_201_CREATED else None
    return Response(RequestDetail(fresh).data, status=code, headers=where)

"""Held repos."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.api.conditional import Conditional
from hub.api.openapi import described
from hub.api.rows import each
from hub.catalog.lookup import find_named_repo, find_revision
from hub.catalog.models import Ref, Repo
from hub.catalog.sameness import Fact, Pair, Sameness, same_weights
from hub.errors import RevisionMissing
from hub.names import RepoKind

KINDS = [(kind.value, kind.value) for kind in RepoKind]


class RepoFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=KINDS)
    repo_id = django_filters.CharFilter(method="by_id", label="namespace/name, in any letter case.")
    upstream = django_filters.CharFilter("upstream__slug")
    namespace = django_filters.CharFilter("namespace", "iexact")
    licence = django_filters.CharFilter("licence", "iexact")
    task = django_filters.CharFilter("pipeline_tag")
    library = django_filters.CharFilter("library_name")
    pinned = django_filters.BooleanFilter("pinned")
    missing_upstream = django_filters.BooleanFilter(
        "missing_upstream_since", "isnull", exclude=True, label="Whether upstream has deleted it, or hides it."
    )
    q = django_filters.CharFilter("key", "icontains", label="A part of the id.")

    def by_id(self, rows: QuerySet[Repo], name: str, value: str) -> QuerySet[Repo]:
        return rows.filter(key=value.lower())


class FactRow(serializers.Serializer[Fact]):
    path = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.SerializerMethodField()

    def get_sha256(self, file: Fact) -> str | None:
        return file.sha256 or None


class PairRow(serializers.Serializer[Pair]):
    here = FactRow()
    there = FactRow()


class WeightsRow(serializers.Serializer[Any]):
    equal = serializers.IntegerField()
    bytes = serializers.IntegerField()
    here = serializers.IntegerField(help_text="How many weight files this repo has.")
    there = serializers.IntegerField()


class SamenessRow(serializers.Serializer[Sameness]):
    """Another held repo with the same weights, by sha256, and how the rest compares."""

    id = serializers.IntegerField(source="repo.pk")
    name = serializers.CharField(source="repo.named")
    commit = serializers.CharField()
    full = serializers.BooleanField(source="is_full")
    weights = serializers.SerializerMethodField()
    equal = PairRow(many=True)
    differ = PairRow(many=True, source="differing")
    not_compared = PairRow(many=True, source="unproven")
    only_here = FactRow(many=True)
    only_there = FactRow(many=True)

    @extend_schema_field(WeightsRow)
    def get_weights(self, one: Sameness) -> dict[str, int]:
        return {
            "equal": len(one.weights),
            "bytes": one.bytes,
            "here": one.weights_here,
            "there": one.weights_there,
        }


class RefRow(serializers.ModelSerializer[Ref]):
    commit = serializers.CharField(source="revision.commit")

    class Meta:
        model = Ref
        fields = ["name", "kind", "ref", "commit", "moved_at"]


class RepoRow(serializers.ModelSerializer[Repo]):
    """`name` is how the repo is told from one of the same id at another upstream."""

    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    name = serializers.CharField(source="named", read_only=True)
    kind = serializers.ChoiceField(choices=KINDS)
    repo_id = serializers.CharField(read_only=True)
    tags = serializers.ListField(child=serializers.CharField())
    base_models = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Repo
        fields = [
            "id",
            "name",
            "upstream",
            "kind",
            "repo_id",
            "default_ref",
            "licence",
            "gated",
            "pipeline_tag",
            "library_name",
            "tags",
            "base_models",
            "pulls",
            "pinned",
            "missing_upstream_since",
            "upstream_modified_at",
            "created_at",
        ]


class RepoDetail(RepoRow):
    refs = serializers.SerializerMethodField()
    same_weights = serializers.SerializerMethodField()

    class Meta(RepoRow.Meta):
        fields = [*RepoRow.Meta.fields, "refs", "same_weights"]

    @extend_schema_field(RefRow(many=True))
    def get_refs(self, row: Repo) -> Any:
        """Branches, tags and other names of what is held."""
        refs = row.refs.filter(revision__published_at__isnull=False).select_related("revision")
        return each(RefRow, refs)

    @extend_schema_field(SamenessRow(many=True))
    def get_same_weights(self, row: Repo) -> Any:
        """The other held repos with the same weights as the default revision, by sha256."""
        try:
            return each(SamenessRow, same_weights(find_revision(row, "")))
        except RevisionMissing:
            return []


def held_repos() -> QuerySet[Repo]:
    return Repo.objects.filter(held=True).select_related("upstream")


@extend_schema(tags=["repos"])
@extend_schema_view(
    list=extend_schema(summary="Held repos", description="The newest first."),
    retrieve=extend_schema(summary="One held repo", responses=RepoDetail),
)
class Repos(Conditional, ReadOnlyModelViewSet[Repo]):
    """One repo comes with its names of revisions, and with the others that have its weights."""

    queryset = held_repos()
    filterset_class = RepoFilter

    def get_serializer_class(self) -> type[RepoRow]:
        return RepoDetail if self.action == "retrieve" else RepoRow


_KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=[kind.value for kind in RepoKind])


@described(
    tags=["repos"],
    summary="One held repo by its name",
    operation_id="repos_by_name",
    responses=RepoDetail,
    parameters=[_KIND],
)
class RepoByName(Conditional, GenericAPIView[Repo]):
    """In any letter case, and by an older name of it too."""

    serializer_class = RepoDetail
    queryset = held_repos()
    filter_backends = []

    def get(self, request: ApiRequest, upstream: str, kind: str, name: str, namespace: str = "") -> Response:
        repo_id = f"{namespace}/{name}" if namespace else name
        return Response(RepoDetail(find_named_repo(RepoKind(kind), f"{upstream}:{repo_id}")).data)


@described(
    tags=["repos"],
    summary="One held repo by a name without namespace",
    operation_id="repos_by_short_name",
    responses=RepoDetail,
    parameters=[_KIND],
)
class RepoByShortName(RepoByName):
    """Legacy ids such as gpt2."""

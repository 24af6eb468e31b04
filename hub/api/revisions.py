"""Revisions of a held repo, and what differs between two of them."""

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.api.conditional import Conditional, settled
from hub.api.openapi import described
from hub.api.repos import held_repos
from hub.api.rows import each
from hub.catalog.differences import Difference, FileChange, Version, difference
from hub.catalog.lookup import find_revision
from hub.catalog.models import Revision
from hub.errors import RevisionMissing
from hub.names import is_commit

MOST = 1000
"""Changes of each sort that one answer lists; the counts are of all."""
REPO = OpenApiParameter("repo", int, OpenApiParameter.PATH, description="The `id` of the repo.")
COMMIT = OpenApiParameter("commit", str, OpenApiParameter.PATH, description="40 hex digits.", pattern="^[0-9a-f]{40}$")


class RevisionFilter(django_filters.FilterSet):
    ref = django_filters.CharFilter(method="by_ref", label="A branch, a tag or refs/...: the revision it leads to.")

    def by_ref(self, rows: QuerySet[Revision], name: str, value: str) -> QuerySet[Revision]:
        return rows.filter(Q(refs__name=value) | Q(refs__ref=value)).distinct()


class RevisionRow(serializers.ModelSerializer[Revision]):
    refs = serializers.SerializerMethodField()
    title = serializers.SerializerMethodField()
    committed_at = serializers.SerializerMethodField()

    class Meta:
        model = Revision
        fields = ["commit", "title", "committed_at", "refs", "published_at", "pulled_at", "pinned"]

    def get_refs(self, row: Revision) -> list[str]:
        return [ref.name for ref in row.refs.all()]

    def get_title(self, row: Revision) -> str:
        """The first line of the commit's message, where upstream told it."""
        return str(_newest(row).get("title") or "")

    def get_committed_at(self, row: Revision) -> str | None:
        date = _newest(row).get("date")
        return str(date) if date else None


class TotalsRow(serializers.Serializer[Any]):
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()
    held_files = serializers.IntegerField()
    held_bytes = serializers.IntegerField()


class RevisionDetail(RevisionRow):
    totals = serializers.SerializerMethodField()
    licence = serializers.SerializerMethodField()
    gated = serializers.SerializerMethodField()

    class Meta(RevisionRow.Meta):
        fields = [*RevisionRow.Meta.fields, "licence", "gated", "totals"]

    @extend_schema_field(TotalsRow)
    def get_totals(self, row: Revision) -> dict[str, int]:
        """Of the whole tree; what a request left out is not held."""
        held = Q(blob__isnull=False)
        told = row.files.aggregate(
            files=Count("pk"),
            bytes=Sum("size"),
            held_files=Count("pk", filter=held),
            held_bytes=Sum("size", filter=held),
        )
        return {name: value or 0 for name, value in told.items()}

    def get_licence(self, row: Revision) -> str | None:
        """At this commit; null where upstream did not tell."""
        return _told(row, "licence")

    def get_gated(self, row: Revision) -> str | None:
        return _told(row, "gated")


def _told(row: Revision, name: str) -> str | None:
    return str(row.told[name]) if name in row.told else None


def _newest(row: Revision) -> dict[str, Any]:
    return next((one for one in row.history if one.get("id") == row.commit), {})


def published_of(repo_pk: int) -> QuerySet[Revision]:
    repo = get_object_or_404(held_repos(), pk=repo_pk)
    return Revision.objects.filter(repo=repo, published_at__isnull=False).select_related("repo__upstream")


def published_at(repo_pk: int, commit: str) -> Revision:
    """Raises RevisionMissing where that commit is not held."""
    found = published_of(repo_pk).filter(commit=commit).first()
    if found is None:
        raise RevisionMissing("this hub does not hold that commit", "see the list of revisions for those it holds")
    return found


@extend_schema(tags=["repos"], parameters=[REPO])
@extend_schema_view(
    list=extend_schema(summary="Revisions of a repo", operation_id="revisions_list"),
    retrieve=extend_schema(
        summary="One revision", operation_id="revisions_retrieve", parameters=[COMMIT], responses=RevisionDetail
    ),
)
class Revisions(Conditional, ReadOnlyModelViewSet[Revision]):
    """Those that are published here, the newest first."""

    queryset = Revision.objects.none()
    filterset_class = RevisionFilter
    lookup_field = "commit"

    def get_queryset(self) -> QuerySet[Revision]:
        return published_of(self.kwargs["repo"]).prefetch_related("refs")

    def get_serializer_class(self) -> type[RevisionRow]:
        return RevisionDetail if self.action == "retrieve" else RevisionRow

    def get_object(self) -> Revision:
        return published_at(self.kwargs["repo"], self.kwargs["commit"])


class VersionRow(serializers.Serializer[Version]):
    size = serializers.IntegerField()
    digest = serializers.CharField(help_text="sha256:<hex>, or git:<hex> where upstream tells no sha256.")


class FileChangeRow(serializers.Serializer[FileChange]):
    path = serializers.CharField()
    before = VersionRow(allow_null=True)
    after = VersionRow(allow_null=True)


class CountsRow(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class DifferenceRow(serializers.Serializer[Difference]):
    """At most 1,000 changes of each sort are listed; `counts` are of all."""

    before = serializers.CharField(source="before.commit")
    after = serializers.CharField(source="after.commit")
    counts = serializers.SerializerMethodField()
    bytes_before = serializers.IntegerField()
    bytes_after = serializers.IntegerField()
    licence = serializers.ListField(child=serializers.CharField(allow_blank=True), allow_null=True)
    gated = serializers.ListField(child=serializers.CharField(allow_blank=True), allow_null=True)
    added = serializers.SerializerMethodField()
    changed = serializers.SerializerMethodField()
    removed = serializers.SerializerMethodField()

    @extend_schema_field(CountsRow)
    def get_counts(self, one: Difference) -> dict[str, int]:
        sorts = {"added": one.added, "changed": one.changed, "removed": one.removed}
        return {**{name: len(changes) for name, changes in sorts.items()}, "unchanged": one.unchanged}

    @extend_schema_field(FileChangeRow(many=True))
    def get_added(self, one: Difference) -> Any:
        return each(FileChangeRow, one.added[:MOST])

    @extend_schema_field(FileChangeRow(many=True))
    def get_changed(self, one: Difference) -> Any:
        return each(FileChangeRow, one.changed[:MOST])

    @extend_schema_field(FileChangeRow(many=True))
    def get_removed(self, one: Difference) -> Any:
        return each(FileChangeRow, one.removed[:MOST])


@described(
    tags=["repos"],
    summary="What differs between two revisions",
    operation_id="revisions_diff",
    responses=DifferenceRow,
    parameters=[
        REPO,
        OpenApiParameter("before", str, required=True, description="A commit, a branch, a tag or refs/..."),
        OpenApiParameter("after", str, description="The same; the default branch where it is left out."),
    ],
)
class Differences(Conditional, APIView):
    """File by file, by digest. Between two commits the answer never changes."""

    def get(self, request: ApiRequest, repo: int) -> Response:
        row = get_object_or_404(held_repos(), pk=repo)
        names = DiffQuery(data=request.query_params)
        names.is_valid(raise_exception=True)
        before, after = names.validated_data["before"], names.validated_data["after"]
        told = DifferenceRow(difference(find_revision(row, before), find_revision(row, after))).data
        response = Response(told)
        return settled(response) if is_commit(before) and is_commit(after) else response


class DiffQuery(serializers.Serializer[Any]):
    before = serializers.CharField(max_length=255)
    after = serializers.CharField(max_length=255, required=False, default="", allow_blank=True)

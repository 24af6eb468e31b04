"""The files of a revision."""

from typing import Any
from urllib.parse import quote

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.viewsets import GenericViewSet

from hub.api.conditional import Conditional
from hub.api.paging import InOrder
from hub.api.revisions import COMMIT, REPO, published_at
from hub.catalog.models import RepoFile


class FileFilter(django_filters.FilterSet):
    under = django_filters.CharFilter("path", "startswith", label="The beginning of the path, e.g. onnx/")
    q = django_filters.CharFilter("path", "icontains", label="A part of the path.")
    held = django_filters.BooleanFilter("blob", "isnull", exclude=True, label="Whether its bytes are here.")


class FileRow(serializers.ModelSerializer[RepoFile]):
    """`oid` is the git object id, of the pointer for an LFS file. `sha256` is upstream's, or our own of held bytes."""

    sha256 = serializers.SerializerMethodField()
    lfs = serializers.SerializerMethodField()
    held = serializers.SerializerMethodField()
    verified_at = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = RepoFile
        fields = ["path", "size", "oid", "sha256", "lfs", "last_commit", "wanted", "held", "verified_at", "url"]

    def get_sha256(self, row: RepoFile) -> str | None:
        return row.sha256 or (row.blob.sha256 if row.blob else None)

    def get_lfs(self, row: RepoFile) -> bool:
        return row.pointer_size is not None

    def get_held(self, row: RepoFile) -> bool:
        return row.blob is not None

    def get_verified_at(self, row: RepoFile) -> str | None:
        """When this hub last hashed the bytes, and they were right; null where it does not hold them."""
        return (row.blob.checked_at or row.blob.created_at).isoformat() if row.blob else None

    def get_url(self, row: RepoFile) -> str:
        """Where its bytes are, on this hub: the address that Hugging Face clients use."""
        repo = self.context["repo"]
        prefix = {"dataset": "datasets/", "space": "spaces/"}.get(repo.kind, "")
        return f"/{prefix}{repo.repo_id}/resolve/{self.context['commit']}/{quote(row.path)}"


@extend_schema(tags=["repos"], parameters=[REPO, COMMIT])
@extend_schema_view(list=extend_schema(summary="Files of a revision", operation_id="files_list"))
class Files(Conditional, ListModelMixin, GenericViewSet[RepoFile]):
    """In upstream's order, with digests. Which of them are held may still change, so caches ask again."""

    queryset = RepoFile.objects.none()
    serializer_class = FileRow
    filterset_class = FileFilter
    pagination_class = InOrder

    def get_queryset(self) -> QuerySet[RepoFile]:
        self.revision = published_at(self.kwargs["repo"], self.kwargs["commit"])
        return RepoFile.objects.filter(revision=self.revision).select_related("blob")

    def get_serializer_context(self) -> dict[str, Any]:
        revision = getattr(self, "revision", None)
        mine = {"repo": revision.repo, "commit": revision.commit} if revision else {}
        return {**super().get_serializer_context(), **mine}

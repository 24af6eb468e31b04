"""A revision as a list that can be checked."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from hub.api.conditional import Conditional, settled
from hub.api.openapi import described
from hub.api.revisions import COMMIT, REPO, published_at
from hub.catalog.manifests import Line, Manifest, for_sha256sum, manifest_of


class LineRow(serializers.Serializer[Line]):
    path = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField(allow_blank=True, help_text="Empty where nobody knows it.")
    git_oid = serializers.CharField(allow_blank=True, help_text="The git blob id of the content; empty likewise.")
    verified = serializers.BooleanField(help_text="This hub holds the bytes, and has hashed them.")


class ManifestRow(serializers.Serializer[Manifest]):
    name = serializers.CharField(source="revision.repo.named")
    kind = serializers.CharField(source="revision.repo.kind")
    commit = serializers.CharField(source="revision.commit")
    complete = serializers.BooleanField(source="is_complete", help_text="Every file of the tree is held.")
    files = LineRow(many=True, source="lines")


class PlainText(BaseRenderer):
    """Text as it is; errors as JSON."""

    media_type = "text/plain"
    format = "txt"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return data.encode() if isinstance(data, str) else JSONRenderer().render(data)


@described(
    tags=["repos"],
    summary="A revision as a checkable list",
    operation_id="manifests_retrieve",
    parameters=[REPO, COMMIT],
    responses=ManifestRow,
)
class Manifests(Conditional, APIView):
    """Whole, not paged. The manifest of a revision that is held completely never changes."""

    def get(self, request: ApiRequest, repo: int, commit: str) -> Response:
        found = manifest_of(published_at(repo, commit))
        return _settled(found, Response(ManifestRow(found).data))


@described(
    tags=["repos"],
    summary="The same for sha256sum -c",
    operation_id="manifests_text",
    parameters=[REPO, COMMIT],
    responses={(200, "text/plain"): OpenApiTypes.STR},
)
class ManifestText(Conditional, APIView):
    """Run `sha256sum -c` with it in the folder of the download. Files that are not held here stand in comments."""

    renderer_classes = [PlainText]

    def get(self, request: ApiRequest, repo: int, commit: str) -> Response:
        found = manifest_of(published_at(repo, commit))
        response = _settled(found, Response(for_sha256sum(found)))
        response.headers["Content-Disposition"] = f'attachment; filename="{commit[:12]}.sha256"'
        return response


def _settled(found: Manifest, response: Response) -> Response:
    return settled(response) if found.is_complete else response

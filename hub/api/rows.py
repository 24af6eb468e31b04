"""How rows look in the API."""

from typing import Any

from rest_framework import serializers

from hub.catalog.lookup import find_revision
from hub.catalog.models import Repo
from hub.catalog.sameness import Fact, Pair, Sameness, same_weights
from hub.catalog.synonyms import suggest
from hub.errors import RevisionMissing
from hub.mirroring.models import Request, Transfer
from hub.mirroring.standing import standing_of
from hub.names import RepoId, RepoKind


class RequestRow(serializers.ModelSerializer[Request]):
    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

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


class RequestDetail(RequestRow):
    standing = serializers.SerializerMethodField()
    other_names = serializers.SerializerMethodField()

    class Meta(RequestRow.Meta):
        fields = [*RequestRow.Meta.fields, "standing", "other_names"]

    def get_standing(self, row: Request) -> dict[str, Any]:
        return standing_of(row)

    def get_other_names(self, row: Request) -> dict[str, Any]:
        """What the table of other names knows: held repos, and names to ask for. It suggests, and proves nothing."""
        found = suggest(RepoKind(row.kind), RepoId.parse(row.repo_id), row.upstream.kind)
        held = [repo.named for repo, _ in found.held] if found else []
        return {"held": held, "to_ask_for": [f"{name.hub}:{name}" for name in found.names] if found else []}


class TransferRow(serializers.ModelSerializer[Transfer]):
    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    running = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields = [
            "id",
            "digest",
            "size",
            "state",
            "running",
            "upstream",
            "kind",
            "repo_id",
            "commit",
            "path",
            "received",
            "bytes_per_second",
            "attempts",
            "error_code",
            "error",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_running(self, row: Transfer) -> bool:
        return row.state == Transfer.State.QUEUED and bool(row.lease_owner)


class RepoRow(serializers.ModelSerializer[Repo]):
    """`name` is how the repo is told from one of the same id at another upstream."""

    upstream = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    name = serializers.CharField(source="named", read_only=True)
    repo_id = serializers.CharField(read_only=True)

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
    same_weights = serializers.SerializerMethodField()

    class Meta(RepoRow.Meta):
        fields = [*RepoRow.Meta.fields, "same_weights"]

    def get_same_weights(self, row: Repo) -> list[dict[str, Any]]:
        """The other held repos with the same weights as the default revision, by sha256."""
        try:
            return [_sameness(one) for one in same_weights(find_revision(row, ""))]
        except RevisionMissing:
            return []


def _sameness(one: Sameness) -> dict[str, Any]:
    return {
        "id": one.repo.pk,
        "name": one.repo.named,
        "commit": one.commit,
        "full": one.is_full,
        "weights": {
            "equal": len(one.weights),
            "bytes": one.bytes,
            "here": one.weights_here,
            "there": one.weights_there,
        },
        "equal": [_pair(pair) for pair in one.equal],
        "differ": [_pair(pair) for pair in one.differing],
        "not_compared": [_pair(pair) for pair in one.unproven],
        "only_here": [_fact(file) for file in one.only_here],
        "only_there": [_fact(file) for file in one.only_there],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {"here": _fact(pair.here), "there": _fact(pair.there)}


def _fact(file: Fact) -> dict[str, Any]:
    return {"path": file.path, "size": file.size, "sha256": file.sha256 or None}

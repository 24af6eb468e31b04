"""How rows look in the API."""

from typing import Any

from rest_framework import serializers

from hub.mirroring.models import Request, Transfer
from hub.mirroring.standing import standing_of


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

    class Meta(RequestRow.Meta):
        fields = [*RequestRow.Meta.fields, "standing"]

    def get_standing(self, row: Request) -> dict[str, Any]:
        return standing_of(row)


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

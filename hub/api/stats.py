"""The hub in numbers."""

from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from hub.api.openapi import described
from hub.mirroring.totals import Day, Totals, totals


class DayRow(serializers.Serializer[Day]):
    day = serializers.DateField()
    pulls = serializers.IntegerField()
    files = serializers.IntegerField()
    bytes = serializers.IntegerField()


class StatsRow(serializers.Serializer[Totals]):
    """Bytes. `saved_bytes` need no room, because the same bytes are held once."""

    repos = serializers.DictField(child=serializers.IntegerField(), help_text="Held repos by kind.")
    requests = serializers.DictField(child=serializers.IntegerField(), help_text="Requests by state.")
    blobs = serializers.IntegerField()
    stored_bytes = serializers.IntegerField()
    named_bytes = serializers.IntegerField(help_text="Of all files of all revisions, counted each time.")
    saved_bytes = serializers.IntegerField()
    queued_bytes = serializers.IntegerField()
    room_left = serializers.IntegerField(allow_null=True)
    workers = serializers.IntegerField(help_text="Worker processes that are alive.")
    pulls = serializers.IntegerField(help_text="All time.")
    days = DayRow(many=True, help_text="The last 30 days (UTC), in order.")


@described(tags=["hub"], summary="The hub in numbers", operation_id="stats", responses=StatsRow)
class Stats(APIView):
    """As of moments ago: what needs a whole table is counted once in a few minutes."""

    def get(self, request: ApiRequest) -> Response:
        return Response(StatsRow(totals()).data)

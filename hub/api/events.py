"""The audit trail, for staff who may see it."""

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.viewsets import ReadOnlyModelViewSet

from hub.accounts.models import Event
from hub.api.access import staff_with


class EventFilter(django_filters.FilterSet):
    verb = django_filters.CharFilter("verb", label="Such as request.approved.")
    actor = django_filters.CharFilter("actor_name", label="The name of whoever did it.")
    subject = django_filters.CharFilter("subject", "icontains", label="A part of what it was done to.")
    since = django_filters.IsoDateTimeFilter("at", "gte")
    until = django_filters.IsoDateTimeFilter("at", "lt")


class EventRow(serializers.ModelSerializer[Event]):
    actor = serializers.CharField(source="actor_name")
    detail = serializers.DictField()

    class Meta:
        model = Event
        fields = ["id", "at", "actor", "verb", "subject", "detail", "address"]


@extend_schema(tags=["hub"])
@extend_schema_view(
    list=extend_schema(summary="Audit events", description="The newest first."),
    retrieve=extend_schema(summary="One audit event"),
)
class Events(ReadOnlyModelViewSet[Event]):
    """Who did what to what, and when. Written once, never changed."""

    queryset = Event.objects.all()
    serializer_class = EventRow
    filterset_class = EventFilter
    permission_classes = [staff_with("accounts.view_event")]

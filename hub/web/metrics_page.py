"""`/-/metrics`, for Prometheus: what the processes of this host counted, and what the rows tell."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.accounts.models import User
from hub.metrics.access import may_read
from hub.metrics.port import Counted
from hub.mirroring.figures import figures


class Figures(Collector):
    """The figures of the rows, as a collector."""

    def collect(self) -> Iterable[Metric]:
        for figure in figures():
            gauge = GaugeMetricFamily(figure.name, figure.help, labels=figure.labels)
            for labels, value in figure.values:
                gauge.add_metric(labels, value)
            yield gauge

    def describe(self) -> Iterable[Metric]:
        return []


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """On this machine for everybody; from elsewhere with HUB_METRICS_TOKEN, or in the session of a member of staff."""
    if not may_read(request.META.get("REMOTE_ADDR", ""), request.headers) and not _is_staff(request):
        sentence = "Send HUB_METRICS_TOKEN as `Authorization: Bearer`, or log in as staff.\n"
        return HttpResponse(sentence, status=401, content_type="text/plain", headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Counted())
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_staff(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_active and request.user.is_staff

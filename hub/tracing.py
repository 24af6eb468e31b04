"""Traces by OpenTelemetry, where HUB_OTEL is on; otherwise a span costs one comparison, and nothing is imported.

Where spans go, how many are kept and what the service is called is told by the standard OTEL_* variables. Nothing about
a trace is sent to upstreams, and no span holds an address with a query, a token, or what a person is called.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.conf import settings

from hub.logs import about

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
INTERNAL, SERVER, CLIENT = "INTERNAL", "SERVER", "CLIENT"


@contextmanager
def span(
    name: str, kind: str = INTERNAL, caller: Mapping[str, str] | None = None, **attributes: str | int
) -> Iterator["Span | None"]:
    """What happens inside, as one span; None where traces are off. An error that leaves the block is noted in it.

    `caller` are the headers of a request, which may belong to a trace of the one who asks. Attributes are named with
    `_` for `.`.
    """
    if not settings.OTEL:
        yield None
        return
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    named: dict[str, Any] = {key.replace("_", "."): value for key, value in attributes.items()}
    context = extract(caller) if caller is not None else None
    begun = tracer().start_as_current_span(name, context=context, kind=SpanKind[kind], attributes=named)
    with begun as current, about(trace_id=f"{current.get_span_context().trace_id:032x}"):
        yield current


def missing_packages() -> list[str]:
    """What HUB_OTEL needs and is not installed."""
    return [name for name in NEEDED if not _is_there(name)]


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@cache
def tracer() -> "Tracer":
    """Made with the first span of a process; after a fork, the library begins its exporter's thread anew."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = Resource({"service.name": "entrepot"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("entrepot")

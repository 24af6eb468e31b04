"""What the processes of this hub count, for Prometheus. Figures that come from rows are in hub/mirroring/figures.py.

Counting is memory only; `hub.metrics.sharing` is how the processes of one host tell each other. Labels are few and
known beforehand: never a repo, a path, a person or an address.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.metrics import MetricWrapperBase

# Each would double the series, and restarts are told by the totals themselves.
disable_created_metrics()  # type: ignore[no-untyped-call]

COUNTED = CollectorRegistry(auto_describe=False)
"""Everything below. Only counters and histograms: those of several processes can be added up."""

ANSWERS = Counter(
    "entrepot_answers", "Answers of the web processes, by route and HTTP status.", ("route", "status"), registry=COUNTED
)
ANSWER_SECONDS = Histogram(
    "entrepot_answer_seconds",
    "Seconds until the head of an answer was ready, by route; sending a large body comes after it.",
    ("route",),
    registry=COUNTED,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
PULLS = Counter("entrepot_pulls", "Snapshots that somebody began to pull.", registry=COUNTED)
DOWNLOADS = Counter("entrepot_downloads", "Files whose download began.", registry=COUNTED)
SERVED_BYTES = Counter("entrepot_served_bytes", "Bytes of files that answers promised to clients.", registry=COUNTED)

FETCHED_BYTES = Counter("entrepot_fetched_bytes", "Bytes of files that arrived.", ("upstream",), registry=COUNTED)
TRANSFERS_ENDED = Counter(
    "entrepot_transfers_ended",
    "Runs of transfers that ended: done, retried, detoured to another hub, failed, or lost to another worker.",
    ("outcome",),
    registry=COUNTED,
)
TRANSFER_ERRORS = Counter(
    "entrepot_transfer_errors",
    "Runs of transfers that went wrong, by error code.",
    ("code",),
    registry=COUNTED,
)
LEASES_EXPIRED = Counter(
    "entrepot_leases_expired", "Work that was taken over because its worker stopped renewing it.", registry=COUNTED
)
STEPS_ENDED = Counter(
    "entrepot_steps_ended",
    "Looks and plans that ended: done, or the code of an error.",
    ("step", "outcome"),
    registry=COUNTED,
)

UPSTREAM_ANSWERS = Counter(
    "entrepot_upstream_answers",
    "Answers of upstreams and their content networks by HTTP status; `none` where no answer came.",
    ("upstream", "status"),
    registry=COUNTED,
)
UPSTREAM_SECONDS = Histogram(
    "entrepot_upstream_seconds",
    "Seconds until the head of an upstream's answer was there.",
    ("upstream",),
    registry=COUNTED,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)

SCRUBBED_BLOBS = Counter(
    "entrepot_scrubbed_blobs", "Blobs that were read again: fine, missing or wrong.", ("condition",), registry=COUNTED
)
SCRUBBED_BYTES = Counter("entrepot_scrubbed_bytes", "Bytes that were read again.", registry=COUNTED)
EVICTED = Counter("entrepot_evicted_revisions", "Revisions that gave way to low space or a quota.", registry=COUNTED)
REMOVED_BYTES = Counter("entrepot_removed_bytes", "Bytes of blobs that prune removed.", registry=COUNTED)

# Rates and alerts see a series from its second value on, so those that must not be missed begin with 0.
for condition in ("fine", "missing", "wrong"):
    SCRUBBED_BLOBS.labels(condition)
TRANSFER_ERRORS.labels("CorruptBytes")


def names_of(family: MetricWrapperBase) -> set[str]:
    """The names of a family's series, as queries write them."""
    parts = ("_total",) if isinstance(family, Counter) else ("_bucket", "_count", "_sum")
    return {next(iter(family.collect())).name + part for part in parts}

"""System checks of the settings contract: an id, what is wrong, and a hint that can be followed.

Errors stop the start-up commands; warnings are printed and the hub starts.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from hub.blobs.s3.address import StoreAddressError
from hub.blobs.stores import store
from hub.counters import answers
from hub.errors import BadName, HubError
from hub.index.scope import KINDS as INDEX_KINDS
from hub.index.scope import OFF, ON
from hub.mirroring.risks import KINDS
from hub.names import RepoId
from hub.nudge import QUEUES
from hub.proxies import is_within, networks_of
from hub.tracing import missing_packages

LEAST_KEY = 32
"""Characters of HUB_SECRET_KEY: it signs sessions and seals the upstreams' tokens."""


LEAST_SCRUB_RATE = 100_000


@register()
def check_settings(app_configs: Sequence[Any] | None = None, **options: Any) -> list[CheckMessage]:
    """Everything that can be told from the settings alone, without the database or the network."""
    return [
        *unknown_names(),
        *sqlite_with_broker(),
        *external_url(),
        *upstream_url(),
        *secret_key(),
        *admin_password(),
        *follow_ask(),
        *delivery(),
        *trusted_proxies(),
        *room(),
        *redis_address(),
        *many_hosts(),
        *workers(),
        *observability(),
        *index(),
    ]


@register("redis")
def check_redis(app_configs: Sequence[Any] | None = None, **options: Any) -> list[CheckMessage]:
    """A hub works without its Redis, only less well, so this is no error."""
    if not settings.REDIS_URL or list(redis_address()) or answers(settings.REDIS_URL):
        return []
    return [
        Caution(
            "The Redis of HUB_REDIS_URL does not answer: limits are not shared until it does.",
            hint="Look whether it runs, and whether address and password are right.",
            id="hub.W020",
        )
    ]


@register("store")
def check_store(app_configs: Sequence[Any] | None = None, **options: Any) -> list[CheckMessage]:
    try:
        store().check()
    except StoreAddressError as error:
        return [Error(error.sentence, hint=error.next_step, id=error.check_id)]
    except HubError as error:
        return [Error(error.sentence, hint=error.next_step or "Look at HUB_STORE_URL.", id="hub.E004")]
    return []


def unknown_names() -> Iterator[CheckMessage]:
    known = settings.ENVIRONMENT.names
    for name in settings.ENVIRONMENT.unknown():
        close = get_close_matches(name, known, 1)
        hint = f"Did you mean {close[0]}?" if close else "The operator guide (/-/docs/operator) lists every setting."
        yield Caution(f"{name} is set, but there is no such setting.", hint=hint, id="hub.W001")


def sqlite_with_broker() -> Iterator[CheckMessage]:
    if settings.BROKER_URL and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Error(
            "HUB_BROKER_URL asks for workers on other hosts, and SQLite cannot be shared between hosts.",
            hint="Set HUB_DATABASE_URL to a Postgres database, or leave HUB_BROKER_URL away.",
            id="hub.E001",
        )


def workers() -> Iterator[CheckMessage]:
    if unknown := sorted(set(settings.WORKER_QUEUES) - set(QUEUES)):
        yield Error(
            f"HUB_WORKER_QUEUES names {unknown[0]!r}, and there is no such queue.",
            hint=f"Choose from: {', '.join(QUEUES)}",
            id="hub.E025",
        )
    if settings.BROKER_URL and "://" not in settings.BROKER_URL:
        yield Error(
            "HUB_BROKER_URL is no address.",
            hint="Write it as redis://:password@host:6379/0",
            id="hub.E026",
        )
    if settings.EMBEDDED and (missing := set(QUEUES) - set(settings.WORKER_QUEUES) - {"urgent"}):
        yield Caution(
            f"HUB_WORKER_QUEUES leaves out {', '.join(sorted(missing))}, and without HUB_BROKER_URL the one worker of "
            "`serve` is the only one.",
            hint="Leave HUB_WORKER_QUEUES away, or run another worker of this directory for the rest.",
            id="hub.W025",
        )


def redis_address() -> Iterator[CheckMessage]:
    if settings.REDIS_URL and urlsplit(settings.REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
        yield Error(
            "HUB_REDIS_URL is not the address of a Redis.",
            hint="Write it as redis://:password@host:6379/1",
            id="hub.E020",
        )


def many_hosts() -> Iterator[CheckMessage]:
    """A broker means workers on other hosts: what they must have in common, and cannot have by themselves."""
    if not settings.BROKER_URL:
        return
    if not settings.REDIS_URL:
        yield Caution(
            "HUB_BROKER_URL is no Redis and HUB_REDIS_URL is not set: every process counts its limits by itself.",
            hint="Set HUB_REDIS_URL, so that all workers together stay within an upstream's limits.",
            id="hub.W021",
        )
    if settings.STORE_URL.startswith("file:"):
        yield Caution(
            "HUB_BROKER_URL asks for workers on other hosts, and HUB_STORE_URL is a directory.",
            hint="All hosts must see the same directory at the same path; or use an s3:// store.",
            id="hub.W022",
        )
    if settings.SECRET_KEY_IS_OURS:
        yield Caution(
            "HUB_BROKER_URL asks for workers on other hosts, and HUB_SECRET_KEY is not set: each makes its own.",
            hint="Set the same HUB_SECRET_KEY everywhere, else workers cannot read the upstreams' tokens.",
            id="hub.W023",
        )


def external_url() -> Iterator[CheckMessage]:
    if settings.EXTERNAL_URL and not _is_origin(settings.EXTERNAL_URL):
        yield Error(
            f"HUB_EXTERNAL_URL is {settings.EXTERNAL_URL!r}; clients need scheme and host, without a path.",
            hint="Write it as https://hub.example.org",
            id="hub.E002",
        )


def upstream_url() -> Iterator[CheckMessage]:
    for kind, usual in (("HUGGINGFACE", "https://huggingface.co"), ("MODELSCOPE", "https://modelscope.cn")):
        url = getattr(settings, f"{kind}_URL")
        address = urlsplit(url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            yield Error(
                f"HUB_{kind}_URL is {url!r}, which is no web address.", hint=f"Write it as {usual}", id="hub.E003"
            )


def room() -> Iterator[CheckMessage]:
    if settings.EVICT and not settings.QUOTA and (not settings.LOW_SPACE or settings.STORE_URL.startswith("s3:")):
        yield Caution(
            "HUB_EVICT is on, and nothing says how much room there is.",
            hint="Set HUB_QUOTA, or HUB_LOW_SPACE where the store is a disk.",
            id="hub.W030",
        )
    if 0 < settings.SCRUB_RATE < LEAST_SCRUB_RATE:
        yield Caution(
            f"HUB_SCRUB_RATE is {settings.SCRUB_RATE} bytes a second, at which a large model takes weeks.",
            hint="Write it with a unit, such as 20MB, or 0 for no scrub.",
            id="hub.W031",
        )


def secret_key() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < LEAST_KEY or len(set(settings.SECRET_KEY)) < 8:
        yield Caution(
            "HUB_SECRET_KEY is short or repeats itself; it signs logins and seals the upstreams' tokens.",
            hint=f"Use at least {LEAST_KEY} random characters, or leave it away: the hub makes one and keeps it.",
            id="hub.W002",
        )


def admin_password() -> Iterator[CheckMessage]:
    if settings.ADMIN_PASSWORD and len(settings.ADMIN_PASSWORD) < 10:
        yield Caution(
            "HUB_ADMIN_PASSWORD has fewer than 10 characters.",
            hint="Choose a longer one, or leave it away: the hub makes one and prints it once.",
            id="hub.W003",
        )


def delivery() -> Iterator[CheckMessage]:
    """The way of the bytes has to fit the store, and nginx has to be known where it is to send them."""
    mode, is_bucket = settings.DELIVERY, settings.STORE_URL.startswith("s3:")
    if (mode == "sendfile" and is_bucket) or (mode == "redirect" and not is_bucket):
        lacks = "no files on this host" if is_bucket else "no addresses that a client could read from"
        yield Error(
            f"HUB_DELIVERY is {mode}, and the store of HUB_STORE_URL has {lacks}.",
            hint="Leave HUB_DELIVERY away: the hub chooses what fits the store.",
            id="hub.E015",
        )
    if mode == "accel" and not settings.TRUSTED_PROXIES:
        yield Error(
            "HUB_DELIVERY is accel, and no proxy is trusted to send the bytes.",
            hint="Put nginx's address into HUB_TRUSTED_PROXIES, and use the locations of deploy/nginx.conf.",
            id="hub.E016",
        )
    if is_bucket and mode in ("auto", "redirect"):
        yield from _redirects()


def _redirects() -> Iterator[CheckMessage]:
    """Clients have to be able to read from where they are sent."""
    options = dict(parse_qsl(urlsplit(settings.STORE_URL).query))
    address = urlsplit(options.get("public_endpoint") or options.get("endpoint") or "https://s3.amazonaws.com")
    way_out = "Name an address that clients reach in public_endpoint=…, or set HUB_DELIVERY to proxy or accel."
    if _is_loopback(address.hostname) and not (_is_loopback(settings.HOST) and not settings.EXTERNAL_URL):
        yield Caution(
            f"Clients elsewhere are sent to the store at {address.netloc}, which is this machine's own address.",
            hint=way_out,
            id="hub.W015",
        )
    if address.scheme == "http" and settings.EXTERNAL_URL.startswith("https:"):
        yield Caution(
            f"Clients come by https and are sent to the store at http://{address.netloc}: the files travel in clear.",
            hint=way_out,
            id="hub.W016",
        )


def _is_loopback(host: str | None) -> bool:
    return host == "localhost" or is_within(host or "", networks_of(["127.0.0.0/8", "::1"]))


def trusted_proxies() -> Iterator[CheckMessage]:
    for word in settings.TRUSTED_PROXIES:
        try:
            (network,) = networks_of([word])
        except ValueError:
            yield Error(
                f"HUB_TRUSTED_PROXIES has {word!r}, which is no address and no network.",
                hint="Write addresses or CIDR networks, such as 10.0.0.7 or 10.0.0.0/24.",
                id="hub.E017",
            )
            continue
        if network.prefixlen == 0:
            yield Error(
                f"HUB_TRUSTED_PROXIES has {word}, so anybody could claim to be anybody.",
                hint="Name the proxies' own addresses.",
                id="hub.E018",
            )


def follow_ask() -> Iterator[CheckMessage]:
    for word in settings.FOLLOW_ASK:
        if word not in (*KINDS, "none"):
            yield Error(
                f"HUB_FOLLOW_ASK names {word!r}, which is no kind of change.",
                hint=f"Write any of: {', '.join(KINDS)}; or none.",
                id="hub.E035",
            )


def observability() -> Iterator[CheckMessage]:
    if settings.OTEL and (missing := missing_packages()):
        yield Error(
            f"HUB_OTEL is on, and {missing[0]} is not installed.",
            hint="Run `pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http`, or leave HUB_OTEL away.",
            id="hub.E040",
        )
    if settings.METRICS_PORT and settings.METRICS_PORT == settings.PORT:
        yield Error(
            f"HUB_METRICS_PORT and HUB_PORT are both {settings.PORT}.",
            hint="Web processes tell their metrics at HUB_PORT; the other port is for hosts that run workers alone.",
            id="hub.E041",
        )
    if settings.METRICS_PORT and not settings.METRICS_TOKEN and settings.METRICS_HOST not in _HERE:
        yield Caution(
            "HUB_METRICS_PORT listens to others, and without HUB_METRICS_TOKEN only this machine may read it.",
            hint="Set HUB_METRICS_TOKEN, and give it to Prometheus.",
            id="hub.W040",
        )


def index() -> Iterator[CheckMessage]:
    """The scope of the index; which upstreams there are only the database knows."""
    has_scope = settings.INDEX_ALL or settings.INDEX_AUTHORS or settings.INDEX_TAGS or settings.INDEX_TASKS
    words = [word.lower() for word in settings.INDEX]
    if len(words) > 1 and {ON, OFF} & set(words):
        yield Error(
            f"HUB_INDEX is {' '.join(settings.INDEX)!r}: `on` and `off` stand alone.",
            hint="Write on, off, or the names of upstreams such as: huggingface modelscope",
            id="hub.E050",
        )
    if unknown := sorted(set(settings.INDEX_KINDS) - set(INDEX_KINDS)):
        yield Error(
            f"HUB_INDEX_KINDS names {unknown[0]!r}, which cannot be indexed.",
            hint=f"Choose from: {', '.join(INDEX_KINDS)}",
            id="hub.E051",
        )
    for author in settings.INDEX_AUTHORS:
        if not _is_author(author.rpartition(":")[2]):
            yield Error(
                f"HUB_INDEX_AUTHORS has {author!r}, which is no name of a user or an organisation.",
                hint="Write names such as Qwen, or huggingface:Qwen for one upstream alone.",
                id="hub.E052",
            )
    if long := [word for word in (*settings.INDEX_TAGS, *settings.INDEX_TASKS) if len(word) > 100]:
        yield Error(
            f"HUB_INDEX_TAGS and HUB_INDEX_TASKS: {long[0][:40]!r}… is longer than any tag.",
            hint="Separate words with spaces or commas.",
            id="hub.E053",
        )
    if settings.INDEX_ALL and (settings.INDEX_AUTHORS or settings.INDEX_TAGS or settings.INDEX_TASKS):
        yield Caution(
            "HUB_INDEX_ALL is on, so HUB_INDEX_AUTHORS, HUB_INDEX_TAGS and HUB_INDEX_TASKS change nothing.",
            hint="Leave one or the other away.",
            id="hub.W050",
        )
    if not has_scope and settings.ENVIRONMENT.variables.get("HUB_INDEX") and OFF not in words:
        yield Caution(
            "HUB_INDEX is set, and nothing says what to index.",
            hint="Set HUB_INDEX_AUTHORS, HUB_INDEX_TAGS or HUB_INDEX_TASKS, or HUB_INDEX_ALL=on.",
            id="hub.W051",
        )


def _is_author(name: str) -> bool:
    try:
        return RepoId.parse(f"{name}/x").namespace == name
    except BadName:
        return False


_HERE = ("127.0.0.1", "::1", "localhost")


def _is_origin(url: str) -> bool:
    address = urlsplit(url)
    return (
        address.scheme in {"http", "https"}
        and bool(address.hostname)
        and address.path in ("", "/")
        and not address.query
        and not address.fragment
        and address.username is None
    )

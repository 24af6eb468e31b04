"""How the hub writes its log: lines for people, or JSON for machines; with what the line is about, never with a secret.

What a line is about (the request, the transfer, the repo) is set once, where the work begins, and every line below it
carries it. Imported by the settings, so nothing of Django here.
"""

import json
import logging
import os
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from random import getrandbits
from types import MappingProxyType
from typing import Any

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))

FIELDS = ("request_id", "trace_id", "transfer", "request", "repo", "upstream")
"""What a line may be about, in this order. `request_id` is an HTTP request's; `request` is a wish's number."""

_SAFE_ID = re.compile(r"[A-Za-z0-9=;:._-]{1,120}")

HIDDEN = "[hidden]"
_VALUE = r"""(['"]?\s*[:=]\s*['"]?)"""
_SECRETS = (
    # Access tokens of the hubs and of this one, wherever they stand.
    (re.compile(r"\b(hf_|hub_|ms-|api_org_)[A-Za-z0-9_-]{8,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{6,}"), rf"\1\2{HIDDEN}"),
    (
        re.compile(rf"(?i)\b(authorization|cookie|set-cookie|x-api-key){_VALUE}(?!bearer|basic)[^\s'\",;]+"),
        rf"\1\2{HIDDEN}",
    ),
    (
        re.compile(rf"(?i)\b(\w*(?:password|secret|passwd|access_?key|m_session_id)){_VALUE}[^\s'\",;&]+"),
        rf"\1\2{HIDDEN}",
    ),
    # What makes a presigned address one: AWS (v2 and v4), CloudFront, Alibaba and its CDN, Azure.
    (
        re.compile(
            r"(?i)([?&](?:x-amz-(?:signature|credential|security-token)|signature|awsaccesskeyid|ossaccesskeyid|policy"
            r"|key-pair-id|sig|se|token|auth_key|x-oss-signature|security-token)=)[^&\s'\"<>]+"
        ),
        rf"\1{HIDDEN}",
    ),
    # user:password@host
    (re.compile(r"(\w://[^/\s:@]*:)[^/\s@]+(@)"), rf"\1{HIDDEN}\2"),
)
_HINTS = re.compile(
    r"(?i)hf_|hub_|ms-|api_org_|bearer|basic|authorization|cookie|api-key|[?&](?:x-|s|k|aws|oss|policy|token)|:[^/\s]*@"
    r"|passw|secret|access_?key|auth_key|m_session_id"
)
"""A line without any of these holds no secret that is known here, which one search tells."""


def redact(text: str) -> str:
    """The text without tokens, passwords, and signatures of addresses."""
    if _HINTS.search(text):
        for pattern, replacement in _SECRETS:
            text = pattern.sub(replacement, text)
    return text


@contextmanager
def about(**what: object) -> Iterator[None]:
    """Lines that are logged inside carry these FIELDS, in this thread and in those that run in its context's copy."""
    token = _about.set({**_about.get(), **{name: str(value) for name, value in what.items()}})
    try:
        yield
    finally:
        _about.reset(token)


def what_about() -> Mapping[str, str]:
    """The fields of this moment."""
    return _about.get()


def id_for(asked: str, trace: str = "") -> str:
    """The id of an HTTP request: X-Request-Id of a proxy, or else the X-Amzn-Trace-Id of a client that will name it to
    its user, if it is one; else a new one."""
    for text in (asked, trace):
        if text and _SAFE_ID.fullmatch(text):
            return text
    # Telling requests apart is all it is for; the system's own randomness would take longer than all the rest.
    return f"{getrandbits(128):032x}"


def begin_request(own_id: str) -> None:
    """From now on this thread's lines are about the HTTP request `own_id` alone, also while its body is sent."""
    _about.set({"request_id": own_id})


def request_id() -> str:
    """The id of the HTTP request that is being answered; "" outside of one."""
    return _about.get().get("request_id", "")


class Line(logging.Formatter):
    """For people. What the line is about stands in brackets at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (the name is the library's)
        line = super().formatMessage(record)
        fields = what_about()
        return f"{line} [{' '.join(f'{name}={fields[name]}' for name in FIELDS if name in fields)}]" if fields else line

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class Json(logging.Formatter):
    """For machines: one object on one line, with `time` (UTC), `level`, `logger`, `message`, `worker` (host, process
    and thread), FIELDS where they are known, and `error` with the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        fields = what_about()
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
            "worker": f"{socket.gethostname()}:{os.getpid()}:{threading.current_thread().name}",
        }
        entry |= {name: redact(fields[name]) for name in FIELDS if name in fields}
        if record.exc_info:
            entry["error"] = redact(self.formatException(record.exc_info))
        if record.stack_info:
            entry["stack"] = redact(record.stack_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


FORMATS: dict[str, type[logging.Formatter]] = {"LINE": Line, "JSON": Json}

NOISY = ("httpx", "httpx2", "httpcore", "urllib3", "huggingface_hub", "botocore", "boto3", "s3transfer")
"""They log every request at INFO, some with the address in it."""


def config(level: str, form: str) -> dict[str, Any]:
    """Python's logging configuration of every process, gunicorn's too; `form` is a key of FORMATS."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": FORMATS[form]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING"} for name in NOISY},
            # gunicorn and Django give these handlers of their own, with another format.
            **{
                name: {"level": level, "handlers": ["stderr"], "propagate": False}
                for name in ("gunicorn.error", "gunicorn.access")
            },
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
        },
    }

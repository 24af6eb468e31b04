"""The clients of a bucket: the only module that imports boto3. Nothing here knows what a blob is."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from urllib3.exceptions import HTTPError

from hub.blobs.s3.address import BucketAddress
from hub.blobs.s3.errors import told

Result = TypeVar("Result")

SPARE_CONNECTIONS = 16
"""Beside one for each connection to upstreams: deletions, checks and readers."""


@dataclass(frozen=True)
class Temper:
    """How patient a client is: seconds to connect, seconds of silence, tries."""

    connect: int
    read: int
    tries: int


USUAL = Temper(5, 60, 6)
PATIENT = Temper(5, 900, 4)
"""For what the server does on its own: completing an upload and copying within the bucket may take minutes."""
AWAITED = Temper(3, 8, 1)
"""For bytes that a client waits for: it gives up after ten seconds of silence, and the reader tries again itself."""
BRISK = Temper(3, 5, 2)
"""For health checks, which somebody waits for."""


class Connection:
    """One bucket. Clients are made when first needed, and anew in a forked process: sockets must not be shared."""

    def __init__(self, address: BucketAddress) -> None:
        self.address = address
        # One session: clients share what it has read of the protocol, some 12 MB each otherwise. It is not safe to make
        # clients from several threads at once.
        self._sessions: dict[int, Any] = {}
        self._clients: dict[tuple[Any, ...], Any] = {}
        self._lock = threading.Lock()

    def call(self, operation: str, temper: Temper = USUAL, **arguments: Any) -> Any:
        """One request in boto3's names, Bucket filled in. Raises from the StoreError family."""
        return self.guarded(lambda: self._ask(operation, temper, arguments))

    def call_if_there(self, operation: str, absent: set[str], temper: Temper = USUAL, **arguments: Any) -> Any:
        """Like `call`, but None where the server answers with one of the codes in `absent`."""

        def ask() -> Any:
            try:
                return self._ask(operation, temper, arguments)
            except ClientError as error:
                if error.response["Error"]["Code"] in absent:
                    return None
                raise

        return self.guarded(ask)

    def pages(self, operation: str, **arguments: Any) -> Any:
        """Every page of a listing."""
        paginator = self.guarded(lambda: self._client(USUAL).get_paginator(operation))
        pages = iter(paginator.paginate(Bucket=self.address.bucket, **arguments))
        while (page := self.guarded(lambda: next(pages, None))) is not None:
            yield page

    def presigned(self, key: str, seconds: int, shown: Mapping[str, str]) -> str:
        """The address of a GET that needs no credentials for so long, and is answered with the headers in `shown`. No
        request is made."""
        arguments = {"Bucket": self.address.bucket, "Key": key}
        # Content-Type is ResponseContentType there.
        arguments |= {f"Response{name.replace('-', '')}": value for name, value in shown.items()}
        client = self.guarded(lambda: self._client(USUAL, self.address.public_endpoint))
        return str(self.guarded(lambda: client.generate_presigned_url("get_object", arguments, ExpiresIn=seconds)))

    def guarded(self, ask: Callable[[], Result]) -> Result:
        """What `ask` returns; boto's errors and broken connections as store errors."""
        try:
            return ask()
        except (BotoCoreError, ClientError, HTTPError, OSError) as error:
            raise told(error, self.address.name) from error

    def _ask(self, operation: str, temper: Temper, arguments: dict[str, Any]) -> Any:
        return getattr(self._client(temper), operation)(Bucket=self.address.bucket, **arguments)

    def _client(self, temper: Temper, endpoint: str = "") -> Any:
        place = (os.getpid(), temper, endpoint)
        if (client := self._clients.get(place)) is None:
            with self._lock:
                if (client := self._clients.get(place)) is None:
                    client = self._clients[place] = self._new_client(temper, endpoint)
        return client

    def _new_client(self, temper: Temper, endpoint: str) -> Any:
        session = self._sessions.setdefault(os.getpid(), boto3.session.Session())
        return session.client(
            "s3",
            endpoint_url=endpoint or self.address.endpoint or None,
            region_name=self.address.region or session.region_name or "us-east-1",
            config=self._config(temper),
        )

    def _config(self, temper: Temper) -> Config:
        style = "path" if self.address.path_style else "virtual"
        return Config(
            signature_version="s3v4",
            connect_timeout=temper.connect,
            read_timeout=temper.read,
            retries={"mode": "standard", "total_max_attempts": temper.tries},
            max_pool_connections=settings.CONNECTIONS + SPARE_CONNECTIONS,
            tcp_keepalive=True,
            user_agent_extra="entrepot",
            # What every server understands. Bodies are protected by the signature over http, by TLS over https.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": style, "payload_signing_enabled": self.address.is_plain_http},
        )

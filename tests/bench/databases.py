"""A database of its own for a part of a run, on the Postgres that HUB_TEST_DATABASE_URL names."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from .findings import CannotMeasure

DEFAULT = "postgres://postgres@127.0.0.1:5432/test"


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a fresh, empty database; gone afterwards. Raises CannotMeasure where no Postgres answers."""
    address = os.environ.get("HUB_TEST_DATABASE_URL") or DEFAULT
    name = f"bench_{uuid.uuid4().hex[:10]}"
    try:
        server = psycopg.connect(address, autocommit=True)
    except psycopg.OperationalError as error:
        raise CannotMeasure(f"no Postgres answers; name one in HUB_TEST_DATABASE_URL ({error})") from error
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

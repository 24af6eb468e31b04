"""Services that tests share for a session; whoever wants to kill one starts their own.

HUB_TEST_REDIS_URL and HUB_TEST_S3_URL (`http://access:secret@host:port`) may name ones that run already.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.services.ceph import CephGateway
from tests.services.moto import MotoServer
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer
from tests.services.s3 import S3Account


@dataclass(frozen=True)
class NamedService:
    """One that somebody else started."""

    url: str


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer | NamedService]:
    if url := os.environ.get("HUB_TEST_REDIS_URL"):
        yield NamedService(url)
        return
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Account]:
    """A real one: `new_bucket()`, `store_url(bucket)` and `environment` are what a hub needs of it."""
    if url := os.environ.get("HUB_TEST_S3_URL"):
        yield S3Account.named(url)
        return
    with CephGateway() as server:
        yield server


@pytest.fixture(scope="session")
def moto_server() -> Iterator[S3Account]:
    """A quick one that is no real one."""
    with MotoServer() as server:
        yield server

"""A Postgres cluster of its own. It refuses to run as root, so root lends it another user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from tests.journeys.processes import plain_environment
from tests.services.needed import missing, program_or_skip
from tests.services.service import Service

SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "shared_buffers": "64MB"}
USERS = ("postgres", "nobody")


class PostgresServer(Service):
    """`url` names an empty database `hub`; `new_database()` makes more of them."""

    name = "postgres"

    def __init__(self) -> None:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        self._initdb = program_or_skip("initdb", "postgresql", *folders)
        self._program = program_or_skip("postgres", "postgresql", *folders)
        super().__init__()
        self._user = _lent_user() if os.geteuid() == 0 else None
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        if self._user:
            for path in (self.folder, self.data):
                shutil.chown(path, self._user)
        self._make_cluster()
        self.url = self.url_of("hub")

    def url_of(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        super().start()
        with self.connect("postgres") as connection:
            if not connection.execute("select 1 from pg_database where datname = 'hub'").fetchone():
                connection.execute("create database hub")

    def connect(self, database: str = "hub") -> psycopg.Connection:
        return psycopg.connect(self.url_of(database), autocommit=True, connect_timeout=5)

    def new_database(self, name: str) -> str:
        """Its address."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def drop_connections(self, database: str = "hub", query: str = "%") -> int:
        """Ends the server's side of every connection to a database whose last query is like `query`."""
        with self.connect("postgres") as connection:
            ended = connection.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s and query ilike %s",
                (database, query),
            ).fetchone()
        assert ended
        return int(ended[0])

    def kill(self) -> None:
        """An immediate shutdown: every connection is cut, nothing is written, the next start recovers as from a
        crash. (kill -9 would leave children behind that hold the shared memory.)"""
        assert self.process
        self.process.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)
        self.process.end()

    def stop(self) -> None:
        """The fast shutdown: SIGTERM would wait for every client to leave."""
        assert self.process
        self.process.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.process.end()

    def end(self) -> None:
        if self.is_alive():
            self.kill()
        super().end()

    def _make_cluster(self) -> None:
        command = [self._initdb, "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]
        made = subprocess.run(
            self._as_user(command), cwd="/", env=plain_environment(), capture_output=True, text=True, timeout=120
        )
        assert made.returncode == 0, made.stdout + made.stderr

    def _command(self) -> Sequence[str | Path]:
        own = {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(self.folder)}
        options = [f"--{name}={value}" for name, value in (SETTINGS | own).items()]
        return self._as_user([self._program, "-D", self.data, *options])

    def _as_user(self, command: Sequence[str | Path]) -> list[str]:
        lent = [] if self._user is None else ["setpriv", f"--reuid={self._user}", f"--regid={self._user}"]
        # With another user the kernel forgets who is to be mourned: so it is told again.
        more = ["--clear-groups", "--pdeathsig=KILL"] if lent else []
        return [*lent, *more, *map(str, command)]

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True


def _lent_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in USERS:
        if name in names:
            return name
    missing(f"Postgres does not run as root, and none of {USERS} exists")
    raise AssertionError

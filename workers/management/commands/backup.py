"""`manage.py backup DIRECTORY`: the database and the secret key, as they are this moment, while the hub runs."""

import os
import sqlite3
import subprocess
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Write the database and the secret key into a directory, also while the hub runs. The blobs are files that"
        " never change: copy them afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        try:
            directory.mkdir(parents=True, exist_ok=True)
            database = settings.DATABASES["default"]
            save = save_sqlite if database["ENGINE"].endswith("sqlite3") else save_postgres
            saved = [save(database, directory), save_key(directory)]
        except (OSError, sqlite3.Error, subprocess.CalledProcessError) as error:
            raise CommandError(f"The backup failed: {getattr(error, 'stderr', None) or error}") from error
        for path in saved:
            self.stdout.write(f"{path} ({path.stat().st_size:,} bytes)")
        self.stdout.write("Now copy the blobs: the operator guide says how.")


def save_sqlite(database: dict[str, Any], directory: Path) -> Path:
    """A consistent copy, also beside writers; the old one stays until the new one is whole."""
    target = directory / "hub.sqlite3"
    draft = target.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(database["NAME"])) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    draft.replace(target)
    return target


def save_postgres(database: dict[str, Any], directory: Path) -> Path:
    """By `pg_dump`, which must be as new as the server. The password goes by the environment: others see arguments."""
    target = directory / "hub.dump"
    draft = target.with_suffix(".draft")
    command = ["pg_dump", "--format=custom", f"--file={draft}", f"--dbname={database['NAME']}"]
    for option, name in (("host", "HOST"), ("port", "PORT"), ("username", "USER")):
        command += [f"--{option}={database[name]}"] if database.get(name) else []
    environment = {**os.environ, "PGPASSWORD": str(database.get("PASSWORD") or "")}
    subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    draft.replace(target)
    return target


def save_key(directory: Path) -> Path:
    """What HUB_SECRET_KEY says, or the key that the hub made itself; readable by its owner alone."""
    target = directory / "secret_key"
    draft = target.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(settings.SECRET_KEY)
    draft.replace(target)
    return target

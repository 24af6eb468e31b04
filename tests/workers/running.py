"""A worker as a process of its own, on the database and the store of the test."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parent.parent.parent


def database_url() -> str:
    """The address of the test database."""
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{parts['NAME']}"
    password = f":{quote(parts['PASSWORD'])}" if parts["PASSWORD"] else ""
    return f"postgres://{parts['USER']}{password}@{parts['HOST']}:{parts['PORT'] or 5432}/{parts['NAME']}"


def start_worker(data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    """`manage.py work`; end it yourself."""
    command = [sys.executable, "manage.py", "work", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=_environment(data_dir), stderr=subprocess.PIPE, text=True)


def _environment(data_dir: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
        "HUB_DATA_DIR": str(data_dir),
        "HUB_DATABASE_URL": database_url(),
        "HUB_STORE_URL": settings.STORE_URL,
        "HUB_SECRET_KEY": settings.SECRET_KEY,
        "HUB_UPSTREAM_HOSTS": " ".join(settings.UPSTREAM_HOSTS),
    }


def start_script(data_dir: Path, script: str) -> subprocess.Popen[str]:
    """Python with Django set up, on the database and the store of the test; end it yourself."""
    head = "import django\ndjango.setup()\n"
    environment = {**_environment(data_dir), "DJANGO_SETTINGS_MODULE": "hub.settings"}
    command = [sys.executable, "-c", head + script]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)

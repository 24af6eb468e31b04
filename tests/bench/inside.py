"""Runs a module of the bench in a process of its own, with Django set up there, and takes its JSON back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from .ground import BASE
from .process import clean_environment


def inside(module: str, environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """What `python -m tests.bench.MODULE` printed as its last line. Raises RuntimeError where it failed."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    settings = {"DJANGO_SETTINGS_MODULE": "hub.settings", "PYTHONPATH": str(BASE), "HUB_LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        command, env=clean_environment({**settings, **environment}), cwd=BASE, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{module} ended with {done.returncode}: {done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found

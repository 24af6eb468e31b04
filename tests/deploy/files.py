"""The files of deploy/, read."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"


def texts() -> dict[str, str]:
    """Every file of deploy/ that is written by hand, by its path from there."""
    found = (path for path in sorted(DEPLOY.rglob("*")) if path.is_file())
    kept = (path for path in found if "__pycache__" not in path.parts and "secrets" not in path.parts)
    return {str(path.relative_to(DEPLOY)): path.read_text() for path in kept if path.name != ".env"}


def read_yaml(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def commands_in_yaml() -> list[tuple[str, list[str]]]:
    """(where, arguments of manage.py) of every service in the compose files that runs the image with its entrypoint."""
    found = []
    for name in ("compose.yaml", "compose.production.yaml"):
        for service, what in read_yaml(name)["services"].items():
            if str(what.get("image", "")).startswith("entrepot") and "entrypoint" not in what:
                found.append((f"{name}:{service}", what["command"]))
    return found

"""The steps of the Dockerfile, carried out in a folder: what there is no container engine for, a shell can do."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.files import DEPLOY, ROOT

NOBODY = 10001


class Image:
    """`folder` stands for the root of the image: /opt/entrepot, /app and /data are below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The interpreter of the image belongs to the system: one of a person's home is closed to others.
        self.python = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable

    def build(self) -> None:
        """Every COPY and RUN. The last stage starts from what the first has left, as its COPYs say."""
        for instruction, rest in instructions():
            if instruction == "COPY" and not rest.startswith("--from"):
                self._copy(*rest.split())
            elif instruction == "RUN":
                self._run(rest)

    def _copy(self, source: str, target: str) -> None:
        place = self._inside(target)
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, place)

    def _run(self, line: str) -> None:
        line = line.replace("python -m pip uninstall -y pip && ", "")
        if os.geteuid():
            line = line.replace(f"-o {NOBODY} -g {NOBODY} ", "")
        line = re.sub(r"(?:(?<=[ \"'])|^)(/(?:opt|app|build|data)\b)", lambda found: str(self._inside(found[1])), line)
        line = line.replace("python -m venv", f"{self.python} -m venv").replace(
            "python -m pip", f"{sys.executable} -m pip"
        )
        done = subprocess.run(["sh", "-ec", line], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def _inside(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def command(self, *arguments: str) -> list[str]:
        """The entrypoint with these arguments, as nobody, where a change of user is possible."""
        entry = [str(self.folder / "opt/entrepot/bin/python"), str(self.folder / "app/manage.py"), *arguments]
        return [*self.as_nobody(), *entry]

    def as_nobody(self) -> list[str]:
        if os.geteuid():
            return []
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]

    def environment(self, **more: str) -> dict[str, str]:
        """What the image's ENV gives, with paths of the folder."""
        found = {"HUB_DATA_DIR": str(self.folder / "data"), "TMPDIR": str(self.folder / "tmp"), "LANG": "C.UTF-8"}
        for instruction, rest in instructions():
            if instruction == "ENV":
                found |= {name: value for name, _, value in (part.partition("=") for part in rest.split())} | {
                    "HUB_DATA_DIR": found["HUB_DATA_DIR"]
                }
        return found | {"PATH": f"{self.folder}/opt/entrepot/bin:/usr/bin:/bin"} | more

    def health_command(self) -> str:
        """The Python text of the HEALTHCHECK."""
        check = next(rest for instruction, rest in instructions() if instruction == "HEALTHCHECK")
        return re.search(r'"-c", "(.*)"\]$', check)[1]  # type: ignore[index]


def instructions() -> Iterator[tuple[str, str]]:
    """(instruction, rest) of the Dockerfile, lines joined."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    for line in text.splitlines():
        if line and not line.startswith("#"):
            instruction, _, rest = line.partition(" ")
            yield instruction, rest

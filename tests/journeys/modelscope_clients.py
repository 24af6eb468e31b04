"""The real clients of ModelScope: their command lines, and their Python interface through a process that answers.

They differ in how they are led to a hub: the newest reads MODELSCOPE_ENDPOINT, the last of the old line takes it as an
argument, and those before it know a host alone, to which they speak TLS whatever one says.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.fakes import Commit

from .clients import HERE, Talk, as_one_line, digests_below, made_folder
from .processes import Running, plain_environment

VERSIONS = ("1.20.1", "1.34.0", "1.37.1", "1.40.2")
OVER_TLS = ("1.20.1", "1.34.0")
BY_ARGUMENT = ("1.37.1",)
NOTES = (".msc", ".mdl", ".mv")
"""What the clients write into the folder of a repo for themselves."""


@dataclass(frozen=True)
class Place:
    """Where a server answers: in clear, and over TLS with a certificate of the authority in the file `root`."""

    url: str
    tls: str = ""
    root: Path = Path()


@dataclass(frozen=True)
class Pulled:
    """What a command left: its exit code and all it said, with runs of white space as one space."""

    code: int
    words: str
    folder: Path

    @property
    def files(self) -> dict[str, str]:
        """sha256 by path."""
        return files_below(self.folder)


@dataclass(frozen=True)
class ModelScope:
    """modelscope of one version, installed in `folder`."""

    version: str
    folder: Path

    @property
    def is_new(self) -> bool:
        return self.version not in OVER_TLS + BY_ARGUMENT

    def endpoint_of(self, place: Place) -> str:
        """The address that this client uses."""
        return place.tls if self.version in OVER_TLS else place.url

    def environment(self, place: Place, home: Path, **more: str) -> dict[str, str]:
        places = {
            "HOME": str(home),
            "MODELSCOPE_CACHE": str(home / "cache"),
            "MODELSCOPE_HOME": str(home / "modelscope"),
            "MODELSCOPE_CREDENTIALS_PATH": str(home / "modelscope" / "credentials"),
        }
        return plain_environment(**places, **self._way_to(place), **more)

    def _way_to(self, place: Place) -> dict[str, str]:
        if self.version in OVER_TLS:
            assert place.tls, f"modelscope {self.version} speaks TLS alone"
            return {"MODELSCOPE_DOMAIN": urlsplit(place.tls).netloc, "REQUESTS_CA_BUNDLE": str(place.root)}
        if self.version in BY_ARGUMENT:
            # Its question for a faster region goes to the real hub, whatever the argument says.
            return {"JOURNEY_ENDPOINT": place.url, "INTRA_CLOUD_ACCELERATION": "false"}
        return {"MODELSCOPE_ENDPOINT": place.url}

    def command(self, place: Place, name: str, *arguments: str) -> list[str]:
        endpoint = ["--endpoint", place.url] if self.version in BY_ARGUMENT else []
        return [str(self.folder / "bin" / "modelscope"), name, *arguments, *endpoint]

    def download(self, place: Place, home: Path, *arguments: str, **more: str) -> Pulled:
        """`modelscope download ...` into a folder of its own, to its end."""
        target = home / "pulled"
        return self.run(place, home, "download", *arguments, "--local_dir", str(target), **more)

    def login(self, place: Place, home: Path, token: str) -> Pulled:
        return self.run(place, home, "login", "--token", token)

    def run(self, place: Place, home: Path, *arguments: str, **more: str) -> Pulled:
        done = subprocess.run(
            self.command(place, *arguments),
            env=self.environment(place, home, **more),
            cwd=made_folder(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        return Pulled(done.returncode, as_one_line(done.stdout), home / "pulled")

    def begin_download(self, place: Place, home: Path, *arguments: str, **more: str) -> Running:
        """`modelscope download ...` in the background."""
        command = self.command(place, "download", *arguments, "--local_dir", str(home / "pulled"))
        environment = self.environment(place, home, **more)
        return Running(f"modelscope {self.version}", command, environment, made_folder(home) / "client.log")

    def talk(self, place: Place, home: Path, **more: str) -> Talk:
        command = [self.folder / "bin" / "python", HERE / "modelscope_driver.py"]
        return Talk(self.version, command, self.environment(place, home, **more), made_folder(home))

    def takes(self, commit: Commit) -> dict[str, str]:
        """sha256 by path of what this client leaves on disk of a commit: the old line leaves out git's own files."""
        files = commit.files.items()
        chosen = files if self.is_new else [(path, file) for path, file in files if not _is_gits_own(path)]
        return {path: file.source.sha256 for path, file in chosen}


def _is_gits_own(path: str) -> bool:
    return path.rpartition("/")[2] in (".gitattributes", ".gitignore")


def files_below(folder: Path) -> dict[str, str]:
    """sha256 by path, without the client's own notes."""
    kept = {path: digest for path, digest in digests_below(folder).items() if path not in NOTES}
    return {path: digest for path, digest in kept.items() if not path.startswith("._____temp")}

"""moto's S3, as a process: quick to start, kind to everybody. What is in it is lost when it stops."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.services.needed import missing
from tests.services.s3 import S3Account
from tests.services.service import Service


class MotoServer(Service, S3Account):
    name = "moto"

    def __init__(self) -> None:
        if importlib.util.find_spec("moto") is None:
            missing("moto is not installed (pip install 'moto[s3,server]')")
        Service.__init__(self)
        S3Account.__init__(self, f"http://127.0.0.1:{self.port}", "testing", "testing")

    def _command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

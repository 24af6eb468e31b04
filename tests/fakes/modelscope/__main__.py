"""Runs the fake ModelScope as a process: `python -m tests.fakes.modelscope --port 0 --world`.

The first line it prints is its address; then come those of the CDN and of the remote control.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.fakes.process import fill, named, parser_of, serve, where_of

from .hub import FakeModelScope
from .quirks import Quirks


def parser() -> argparse.ArgumentParser:
    options = parser_of("tests.fakes.modelscope", __doc__)
    options.add_argument("--quirk", type=named, action="append", default=[], metavar="NAME=VALUE")
    return options


def build(arguments: argparse.Namespace) -> FakeModelScope:
    quirks = Quirks()
    quirks.set(dict(arguments.quirk))
    hub = FakeModelScope(quirks=quirks, enforce_limits=arguments.enforce_limits, **where_of(arguments))
    fill(hub, arguments)
    return hub


def main(arguments: Sequence[str] | None = None) -> int:
    return serve(build(parser().parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())

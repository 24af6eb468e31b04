"""Runs the fake hub as a process: `python -m tests.fakes.huggingface --port 0 --repo-dir org/name=DIR`.

The first line it prints is its address; then come those of the CDN and of the remote control.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .hub import FakeHub
from .process import fill, parser_of, serve, where_of


def parser() -> argparse.ArgumentParser:
    options = parser_of("tests.fakes.huggingface", __doc__)
    options.add_argument("--page-size", type=int, default=1000, help="entries of a page of /tree and of lists")
    options.add_argument("--no-xet", action="store_true")
    return options


def build(arguments: argparse.Namespace) -> FakeHub:
    hub = FakeHub(
        xet=not arguments.no_xet,
        tree_page=arguments.page_size,
        list_page=arguments.page_size,
        enforce_limits=arguments.enforce_limits,
        **where_of(arguments),
    )
    fill(hub, arguments)
    return hub


def main(arguments: Sequence[str] | None = None) -> int:
    return serve(build(parser().parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())

"""Runs a fake hub as a process: its options, the repositories it is filled with, and its life until a signal."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
from pathlib import Path

from . import world
from .content import Kind
from .server import FakeServer, Where

UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "MB": 10**6, "GB": 10**9}


def size_of(text: str) -> int:
    match = re.fullmatch(r"([\d.]+)\s*([A-Za-z]*)", text)
    if match is None or match.group(2) not in UNITS:
        raise argparse.ArgumentTypeError(f"not a size: {text}")
    return int(float(match.group(1)) * UNITS[match.group(2)])


def named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text}")
    return name, value


def groups_of(text: str) -> list[tuple[int, int]]:
    """`1x2GiB,2000x20KiB` as counts and sizes."""
    pairs = (part.split("x", 1) for part in text.split(","))
    return [(int(count), size_of(size)) for count, size in pairs]


def parser_of(program: str, description: str | None) -> argparse.ArgumentParser:
    """The options that every fake hub has."""
    options = argparse.ArgumentParser(prog=f"python -m {program}", description=description)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--cdn-host", default="127.0.0.2", help="another name than the host's, or clients mix them up")
    options.add_argument("--cdn-port", type=int, default=0)
    options.add_argument("--cdn-url", default="", help="how callers reach the CDN, if not by host and port")
    options.add_argument("--control-port", type=int, default=0)
    for flag in ("--repo-dir", "--dataset", "--space"):
        options.add_argument(flag, type=named, action="append", default=[], metavar="ORG/NAME=DIR")
    options.add_argument("--synthetic", type=named, action="append", default=[], metavar="ORG/NAME=1x2GiB,2000x20KiB")
    options.add_argument("--flat", action="store_true", help="synthetic repositories have no folders")
    options.add_argument("--minilm", type=Path, metavar="DIR", help="serve all-MiniLM-L6-v2 from this folder")
    options.add_argument("--world", action="store_true", help="serve the example repositories of the tests")
    options.add_argument("--user", type=named, action="append", default=[], metavar="NAME=ORG/GATED,ORG/PRIVATE")
    options.add_argument("--rate", type=size_of, default=0, help="bytes per second of each connection")
    options.add_argument("--path-prefix", default="")
    options.add_argument("--enforce-limits", action="store_true")
    return options


def where_of(arguments: argparse.Namespace) -> Where:
    return Where(
        host=arguments.host,
        port=arguments.port,
        cdn_host=arguments.cdn_host,
        cdn_port=arguments.cdn_port,
        cdn_url=arguments.cdn_url,
        control_port=arguments.control_port,
        path_prefix=arguments.path_prefix,
        rate=arguments.rate,
    )


def fill(hub: FakeServer, arguments: argparse.Namespace) -> None:
    kinds: dict[Kind, list[tuple[str, str]]] = {
        "model": arguments.repo_dir,
        "dataset": arguments.dataset,
        "space": arguments.space,
    }
    for kind, repos in kinds.items():
        for repo_id, folder in repos:
            hub.add(world.repo_from_dir(repo_id, Path(folder), kind))
    for repo_id, text in arguments.synthetic:
        hub.add(world.synthetic(repo_id, groups_of(text), flat=arguments.flat))
    if arguments.minilm:
        hub.add(world.minilm(arguments.minilm))
    if arguments.world:
        world.populate(hub)
    for name, access in arguments.user:
        hub.add_user(name, [one for one in access.split(",") if one])


def serve(hub: FakeServer) -> int:
    """The first line printed is the address of the hub; then come those of the CDN and of the remote control."""
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with hub:
        print(hub.url)
        print(f"cdn {hub.cdn_url}")
        print(f"control {hub.control_url}")
        for user in hub.gate.users.values():
            print(f"user {user.name} {user.token}")
        sys.stdout.flush()
        done.wait()
    return 0

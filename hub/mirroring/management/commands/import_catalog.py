"""manage.py import_catalog FILE: asks for all repos of a catalog, or says beforehand what that would mean."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from hub.accounts.callers import operator
from hub.errors import HubError
from hub.mirroring.catalog_files import LARGEST, CatalogWrong, Entry, ask, read
from hub.mirroring.catalog_preview import Preview, Totals, preview, totals
from hub.mirroring.management.listing import line_of
from hub.mirroring.models import Request
from hub.mirroring.watching import watch
from hub.policy.models import Action
from hub.sizes import human_bytes

HEADINGS = ("", "repo", "commit", "files", "size", "to fetch", "licence", "gated", "code", "now", "the rules say")
TO_THE_RIGHT = frozenset({0, 3, 4, 5})


class Command(BaseCommand):
    help = (
        "Asks for every repo that a YAML file lists; the rules decide about each. Running it again asks for what is new"
        " in the file. Exit code 0 = every entry was asked for, or could be (--dry-run)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help='a list of entries with upstream, id, ref, include, …; "-" = standard input')
        parser.add_argument("--dry-run", action="store_true", help="ask upstream and the rules, and change nothing")
        parser.add_argument("--wait", action="store_true", help="wait until each is published, has failed, or waits")

    def handle(self, *args: Any, **options: Any) -> None:
        entries = self._entries(options["file"])
        if options["dry_run"]:
            self._preview(entries)
        else:
            self._ask(entries, options["wait"])

    def _entries(self, name: str) -> list[Entry]:
        try:
            return read(_content(name))
        except CatalogWrong as error:
            lines = [*error.problems, *([error.next_step] if error.next_step else [])]
            what = "standard input" if name == "-" else name
            raise CommandError("\n".join([f"Nothing was asked for, because of {what}:", *lines])) from error

    def _preview(self, entries: list[Entry]) -> None:
        shown = list(tqdm(preview(entries), "Asking upstream", len(entries), leave=False, disable=None))
        for line in _table([HEADINGS, *(_row(one) for one in shown)]):
            self.stdout.write(line)
        for line in _summary(shown, totals(shown)):
            self.stdout.write(line)
        self._end([one.entry for one in shown if one.found.error], len(entries))

    def _ask(self, entries: list[Entry], wait: bool) -> None:
        wrong, asked = list[Entry](), list[tuple[Entry, Request]]()
        for entry in entries:
            try:
                asked.append((entry, ask(entry, operator())))
            except HubError as error:
                wrong.append(entry)
                self.stderr.write(f"Entry {entry.number}: {error.words}")
        for entry, request in asked:
            if wait:
                watch(request)
            self.stdout.write(line_of(request))
            wrong += [entry] if request.state == Request.State.FAILED else []
        self._tell_next([request for _, request in asked])
        self._end(wrong, len(entries))

    def _tell_next(self, requests: list[Request]) -> None:
        waiting = [request for request in requests if request.state == Request.State.WAITING]
        if waiting:
            named = " ".join(f"{request.pk}@{request.commit[:12]}" for request in waiting)
            self.stdout.write(f"Let them in with: manage.py approve {named}")
        elif any(request.state == Request.State.NEW for request in requests):
            self.stdout.write("A worker looks them up now; see how they stand with: manage.py requests")

    def _end(self, wrong: list[Entry], count: int) -> None:
        if wrong:
            numbers = ", ".join(str(entry.number) for entry in sorted(wrong, key=lambda entry: entry.number))
            raise CommandError(f"{len(wrong)} of {count} entries went wrong: {numbers}. The others did not.")


def _content(name: str) -> bytes:
    """One byte more than is allowed is enough to say no."""
    if name == "-":
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}. Name a catalog file.") from error


def _row(one: Preview) -> tuple[str, ...]:
    wish, found = one.entry.wish, one.found
    name = f"{wish.upstream.slug}:{wish.repo_id}{f'@{wish.ref}' if wish.ref else ''}"
    sizes = ("", "", "") if found.error else (str(found.files), human_bytes(found.bytes), human_bytes(one.to_fetch))
    return (
        str(one.entry.number),
        name if wish.kind == "model" else f"{wish.kind} {name}",
        found.commit[:12],
        *sizes,
        found.licence or ("not stated" if found.commit else ""),
        found.gated or ("no" if found.commit else ""),
        "" if found.error else "yes" if found.runs_code else "no",
        one.request.state if one.request else "",
        _words(one),
    )


def _words(one: Preview) -> str:
    if one.found.error:
        return f"{one.found.error.code}: {one.found.error.words}"
    return f"{one.verdict.action}: {one.verdict.reason}" if one.verdict else ""


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in TO_THE_RIGHT else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _summary(shown: list[Preview], all_of_them: Totals) -> list[str]:
    verdicts = [one.verdict.action for one in shown if one.verdict]
    counts = ", ".join(f"{verdicts.count(action)} {action}" for action in Action if action in verdicts)
    lines = [
        "",
        f"{len(shown)} entries: {counts or 'no verdict'}; {len(shown) - len(verdicts)} without an answer.",
        f"{all_of_them.files} file{'' if all_of_them.files == 1 else 's'}, {human_bytes(all_of_them.bytes)}.",
        f"With what they share counted once: {human_bytes(all_of_them.unique)}.",
        f"To fetch: {human_bytes(all_of_them.to_fetch)}; the rest is here, or on its way.",
    ]
    if all_of_them.room is not None:
        enough = "" if all_of_them.room >= all_of_them.to_fetch else ": TOO LITTLE"
        lines.append(f"Room is left for {human_bytes(max(0, all_of_them.room))}{enough}.")
    return lines

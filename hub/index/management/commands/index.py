"""manage.py index run|status|import|export: what is indexed of the upstreams' catalogs."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.errors import HubError
from hub.index.carrying import MOST_SHOWN, Imported, export_file, import_file
from hub.index.crawl import Going
from hub.index.crawls import Crawl
from hub.index.round import State, Summary, run, states
from hub.index.scope import KINDS
from hub.names import RepoKind
from hub.sizes import human_seconds

HEADINGS = ("slice", "stage", "last finished", "entries", "newest change", "next", "what is wrong")
TO_THE_RIGHT = frozenset({3})


class Command(BaseCommand):
    help = "Indexes the upstreams' catalogs, as the HUB_INDEX settings say, or takes a listing in from a file."

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="run|status|import|export")
        reading = steps.add_parser(
            "run", help="read every slice of the settings now; only what changed, where possible"
        )
        reading.add_argument("--upstream", default="", metavar="SLUG")
        reading.add_argument("--kind", default="", choices=["", *KINDS])
        reading.add_argument("--author", action="append", default=[], help="only the slices of this author")
        reading.add_argument("--full", action="store_true", help="read all of each, and mark what has vanished")
        reading.add_argument(
            "--believe", action="store_true", help="mark what was not listed as vanished, however much it is"
        )
        steps.add_parser("status", help="every slice, and how it stands")
        taking = steps.add_parser("import", help="take in a listing: .jsonl, .jsonl.gz or .parquet")
        taking.add_argument("file", help='"-" = JSONL on standard input')
        taking.add_argument("--upstream", default="huggingface", metavar="SLUG", help="whose listing it is")
        taking.add_argument("--kind", default=RepoKind.MODEL.value, choices=KINDS)
        giving = steps.add_parser("export", help="write what is indexed as JSONL, for another hub")
        giving.add_argument("file", help='packed where it ends in .gz; "-" = standard output')
        giving.add_argument("--upstream", default="", metavar="SLUG")
        giving.add_argument("--kind", default="", choices=["", *KINDS])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except HubError as error:
            raise CommandError(error.words) from error

    def _run(self, options: dict[str, Any]) -> None:
        with _until_interrupted() as stop:
            going = Going(stop.is_set, lambda seconds: stop.wait(seconds), self._tell_page, believe=options["believe"])
            summary = run(
                going,
                upstream=options["upstream"],
                kind=options["kind"],
                authors=options["author"],
                full=options["full"],
                waiting=self._tell_wait,
            )
        self._tell(summary)

    def _tell_page(self, row: Crawl) -> None:
        self.stdout.write(
            f"{row}: {row.stage}, page {row.pages}, {row.listed:,} listed, {row.new:,} new, {row.changed:,} changed"
        )

    def _tell_wait(self, row: Crawl, seconds: float) -> None:
        self.stdout.write(f"{row}: the upstream asks for a pause of {human_seconds(seconds)}")

    def _tell(self, summary: Summary) -> None:
        counts = summary.counts
        for name, words in summary.warnings:
            self.stderr.write(f"{name}: {words}")
        for name, words in summary.errors:
            self.stderr.write(f"{name}: {words}")
        self.stdout.write(
            f"{summary.slices} slices, {counts['pages']:,} pages, {counts['listed']:,} entries: {counts['new']:,} new,"
            f" {counts['changed']:,} changed, {counts['vanished']:,} vanished, {counts['skipped']:,} skipped."
        )
        if summary.unfinished:
            self.stdout.write(f"{summary.unfinished} are not at their end; running again goes on where they are.")
        if summary.errors:
            raise CommandError(f"{len(summary.errors)} of {summary.slices} slices met an error.")

    def _status(self, options: dict[str, Any]) -> None:
        rows = states()
        if not rows:
            self.stdout.write(
                "Nothing is indexed. Name authors in HUB_INDEX_AUTHORS, or set HUB_INDEX_ALL=on; or take in a listing"
                " with: manage.py index import FILE"
            )
            return
        for line in _table([HEADINGS, *map(_row, rows)]):
            self.stdout.write(line)

    def _import(self, options: dict[str, Any]) -> None:
        imported = import_file(options["file"], options["upstream"], options["kind"], self._tell_batch)
        for line in imported.problems:
            self.stderr.write(f"Line {line.number}: {line.problem}")
        if imported.bad > MOST_SHOWN:
            self.stderr.write(f"… and {imported.bad - MOST_SHOWN:,} more like that.")
        taken = imported.taken
        repos = "repo" if taken.total == 1 else "repos"
        self.stdout.write(
            f"{taken.total:,} {repos}: {taken.new:,} new, {taken.changed:,} changed, {taken.same:,} as before;"
            f" there twice: {taken.skipped:,}, lines of no use: {imported.bad:,}."
        )
        if not taken.total:
            raise CommandError("There was no repo in it. Is it a listing, and are --upstream and --kind right?")

    def _tell_batch(self, imported: Imported) -> None:
        if imported.taken.total % 100_000 < 1000 and imported.taken.total >= 100_000:
            self.stdout.write(f"{imported.taken.total:,} repos …")

    def _export(self, options: dict[str, Any]) -> None:
        count = export_file(options["file"], options["upstream"], options["kind"])
        # Standard output may be the file.
        self.stderr.write(f"{count:,} {'entry' if count == 1 else 'entries'} written to {options['file']}.")


@contextmanager
def _until_interrupted() -> Iterator[threading.Event]:
    """Ctrl-C ends the run after the page it is at."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _row(state: State) -> tuple[str, ...]:
    row = state.crawl
    wrong = row.error or row.warning
    return (
        str(row),
        f"{'running: ' if state.is_running else ''}{row.stage}, page {row.pages}" if row.stage else "idle",
        f"{row.finished_at:%Y-%m-%d %H:%M}" if row.finished_at else "never",
        f"{row.total:,}" if row.full_at else f"{row.listed:,}…" if row.stage else "",
        f"{row.watermark:%Y-%m-%d %H:%M}" if row.watermark else "",
        f"{state.next_at:%Y-%m-%d %H:%M}" if state.next_at else "now",
        wrong if len(wrong) <= 120 or not sys.stdout.isatty() else f"{wrong[:119]}…",
    )


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place in TO_THE_RIGHT else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]

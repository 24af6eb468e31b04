"""Many repos at little cost, for listings: each with a card and a date of its own, and hardly any files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from .content import FakeRepo, Kind

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
TASKS = ("text-generation", "feature-extraction", "text-to-image", "automatic-speech-recognition")
LICENCES = ("apache-2.0", "mit", "llama3.1", "cc-by-nc-4.0")
LANGUAGES = ("en", "zh", "de", "fr")


def shelf(owner: str, count: int, kind: Kind = "model", begin: datetime = BEGIN) -> Iterator[FakeRepo]:
    """`owner/thing-00000` and so on, an hour between each of them, the last one the newest."""
    for number in range(count):
        card = {
            "license": LICENCES[number % len(LICENCES)],
            "language": [LANGUAGES[number % len(LANGUAGES)]],
            "tags": [f"batch-{number % 10}"],
        }
        task = {"pipeline_tag": TASKS[number % len(TASKS)], "library_name": "transformers"}
        yield FakeRepo(
            f"{owner}/thing-{number:05}",
            {"a": ""},
            kind=kind,
            card=card | (task if kind == "model" else {"task_categories": [TASKS[number % len(TASKS)]]}),
            downloads=number * 10,
            likes=number,
            created=begin + timedelta(hours=number),
        )

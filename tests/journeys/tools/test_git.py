"""git is refused, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.running import RunningHub
from tests.services.needed import program_or_skip

from .conftest import Held
from .shelf import Shelf
from .told import run


@pytest.mark.parametrize("ending", ["", ".git"])
def test_a_clone_ends_with_the_command_that_works(
    ending: str, hub: RunningHub, shelf: Shelf, held: Held, tmp_path: Path
) -> None:
    repo = held(shelf.quantized)
    git = program_or_skip("git", "git")
    told = run([git, "clone", f"{hub.url}/{repo.id}{ending}", "here"], tmp_path)
    assert told.code == 128
    assert "remote: This hub keeps the files of a repo, not its git history" in told.words
    assert f"HF_ENDPOINT={hub.url} hf download {repo.id}" in told.words
    assert not (tmp_path / "here").exists()


def test_a_clone_of_a_closed_hub_asks_for_no_password(closed_hub: RunningHub, tmp_path: Path) -> None:
    git = program_or_skip("git", "git")
    told = run([git, "clone", f"{closed_hub.url}/datasets/tools/verses", "here"], tmp_path, GIT_TERMINAL_PROMPT="0")
    assert told.code == 128
    assert "hf download tools/verses --repo-type dataset" in told.words

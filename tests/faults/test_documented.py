"""The operator guide names a test in each row of what may break: they exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
GUIDE = HERE.parent.parent / "hub" / "docs" / "operator.md"


def test_every_test_that_the_guide_names_exists() -> None:
    section = GUIDE.read_text().partition("## What breaks")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(test_\w+)`", section))
    known = {name for path in HERE.glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)}
    assert len(named) > 20
    assert named <= known, named - known
    files = set(re.findall(r"`(?:tests/journeys/)?(test_\w+\.py)`", section))
    assert files <= {path.name for folder in (HERE, HERE.parent / "journeys") for path in folder.glob("test_*.py")}

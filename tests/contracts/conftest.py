from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.stores import CASES, StoreCase


@pytest.fixture(params=[pytest.param(name, marks=case.marks) for name, case in CASES.items()])
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreCase]:
    with CASES[request.param].opened(request, tmp_path, monkeypatch) as opened:
        yield opened

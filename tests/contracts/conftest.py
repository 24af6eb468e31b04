from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.stores import CASES, StoreCase


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreCase]:
    yield from CASES[request.param](tmp_path)

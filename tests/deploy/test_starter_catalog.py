"""The starter catalog is a catalog, and has the families that it promises."""

import pytest

from hub.mirroring.catalog_files import Entry, read
from hub.upstreams.models import Upstream
from tests.deploy.files import DEPLOY

pytestmark = pytest.mark.django_db

FAMILIES = [
    "qwen/qwen-72b",
    "01ai/yi-34b",
    "baichuan2",
    "chatglm3",
    "internlm2",
    "minicpm",
    "baai/bge",
    "aquila",
    "ernie-4.5",
    "llama-2",
    "qwen3-0.6b",
    "bge-small-zh",
]


@pytest.fixture
def entries() -> list[Entry]:
    """Read by what users run: unknown keys, bad ids, patterns and doubles would be told here."""
    for slug in ("huggingface", "modelscope"):
        Upstream.objects.create(slug=slug, kind=slug, url=f"https://{slug}.invalid")
    return read((DEPLOY / "starter-catalog.yaml").read_bytes())


def test_every_id_has_an_owner_and_every_entry_a_note(entries: list[Entry]) -> None:
    assert all(entry.wish.repo_id.namespace and entry.note for entry in entries)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_there(entries: list[Entry], family: str) -> None:
    assert any(family in entry.wish.repo_id.key for entry in entries)


def test_no_pattern_leaves_out_the_card_or_the_licence(entries: list[Entry]) -> None:
    for entry in entries:
        for path in ("README.md", "LICENSE", "LICENSE.txt", "config.json", "model-00001-of-00002.safetensors"):
            assert entry.wish.patterns.wants(path), f"{entry.wish.repo_id} would come without {path}"

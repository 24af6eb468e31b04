import pytest

from hub.catalog.models import Repo
from hub.catalog.shelves import pin_of, shelf_of
from hub.catalog.trees import Tree, tree_of
from hub.errors import FileMissing
from tests.catalog.conftest import MODEL, repo_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(held_tiny: Repo) -> Tree:
    return tree_of(pin_of(shelf_of(MODEL, repo_id("acme/tiny")), "main"))


def test_folders_come_first(tree: Tree) -> None:
    assert [entry.path for entry in tree.under("", recursive=True)] == [
        "notes",
        "tokenizer",
        "README.md",
        "config.json",
        "model.safetensors",
        "notes/changes.md",
        "tokenizer/vocab.txt",
    ]


def test_one_level_stays_in_its_folder(tree: Tree) -> None:
    assert [entry.path for entry in tree.under("tokenizer", recursive=False)] == ["tokenizer/vocab.txt"]


@pytest.mark.parametrize("path", ["nothing", "config.json", "token"])
def test_what_is_no_folder_is_missing(tree: Tree, path: str) -> None:
    with pytest.raises(FileMissing):
        tree.under(path, recursive=True)


def test_sizes_add_up(tree: Tree) -> None:
    assert tree.size_of("") == sum(leaf.size for leaf in tree.leaves)
    assert tree.size_of("config.json") == 120

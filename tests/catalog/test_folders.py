import pytest

from hub.catalog.folders import folder_of
from hub.catalog.trees import Leaf, Tree
from hub.errors import FileMissing


def tree(*paths: str) -> Tree:
    return Tree("c" * 40, (), tuple(Leaf(path, 10, "", "", None, "") for path in paths))


def test_a_folder_sums_up_what_lies_in_its_folders() -> None:
    here = folder_of(tree("b/1", "b/c/2", "a/3", "4"), "")
    assert [(one.name, one.path, one.files, one.bytes) for one in here.folders] == [
        ("a", "a", 1, 10),
        ("b", "b", 2, 20),
    ]
    assert [leaf.path for leaf in here.files] == ["4"]
    assert (here.all_files, here.all_bytes, here.parents) == (4, 40, [])


def test_a_folder_knows_the_way_to_it() -> None:
    here = folder_of(tree("b/c/d/2", "bc/3"), "b/c")
    assert here.parents == [("b", "b"), ("b/c", "c")]
    assert [one.path for one in here.folders] == ["b/c/d"]


@pytest.mark.parametrize("path", ["x", "b/c/2", "b/c/2/x", "B"])
def test_what_is_no_folder_is_missing(path: str) -> None:
    with pytest.raises(FileMissing):
        folder_of(tree("b/c/2"), path)


def test_a_tree_without_files_is_an_empty_folder() -> None:
    assert folder_of(tree(), "").all_files == 0

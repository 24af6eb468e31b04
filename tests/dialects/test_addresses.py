import pytest

from hub.dialects.huggingface.addresses import Address, api_address, file_address, split_revision
from hub.names import RepoKind

MODEL, DATASET = RepoKind.MODEL, RepoKind.DATASET


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("ns/name/resolve/main/a/b", Address(MODEL, "ns/name", "resolve", ("main", "a", "b"))),
        ("gpt2/resolve/main/a", Address(MODEL, "gpt2", "resolve", ("main", "a"))),
        ("datasets/ns/name/raw/main/a", Address(DATASET, "ns/name", "raw", ("main", "a"))),
        ("datasets/squad/resolve/main/a", Address(DATASET, "squad", "resolve", ("main", "a"))),
        ("ns/resolve/resolve/main/a", Address(MODEL, "ns/resolve", "resolve", ("main", "a"))),
        ("ns/name/resolve/x/resolve/main", Address(MODEL, "ns/name", "resolve", ("x", "resolve", "main"))),
    ],
)
def test_files(path: str, address: Address) -> None:
    assert file_address(path.split("/")) == address


@pytest.mark.parametrize("path", ["ns/name", "ns/name/resolve", "ns/name/resolve/main", "ns/name/blob/main/a", "a"])
def test_what_is_no_file(path: str) -> None:
    assert file_address(path.split("/")) is None


@pytest.mark.parametrize(
    ("path", "repo", "verb", "rest"),
    [
        ("ns/name", "ns/name", "", ()),
        ("gpt2", "gpt2", "", ()),
        ("ns/name/tree/main/a", "ns/name", "tree", ("main", "a")),
        ("gpt2/tree/main", "gpt2", "tree", ("main",)),
        ("gpt2/revision/refs%2Fpr%2F1", "gpt2", "revision", ("refs%2Fpr%2F1",)),
        ("gpt2/refs", "gpt2", "refs", ()),
        ("ns/name/refs", "ns/name", "refs", ()),
        ("ns/name/unknown/x", "ns/name", "unknown", ("x",)),
        ("held/refs", "held/refs", "", ()),
        ("held/tree/tree/main", "held/tree", "tree", ("main",)),
    ],
)
def test_api(path: str, repo: str, verb: str, rest: tuple[str, ...]) -> None:
    found = api_address(MODEL, path.split("/"), lambda _, name: name in {"held/refs", "held/tree"})
    assert (found.repo, found.verb, found.rest) == (repo, verb, rest)


@pytest.mark.parametrize(
    ("rest", "split"),
    [
        ("main/a/b", ("main", "a/b")),
        ("refs%2Fpr%2F1/a", ("refs/pr/1", "a")),
        ("refs/pr/1/a/b", ("refs/pr/1", "a/b")),
        ("dev/x/a", ("dev/x", "a")),
        ("dev%2Fx/a", ("dev/x", "a")),
        ("dev/y/a", ("dev", "y/a")),
        ("main/sub%20dir%2Fx", ("main", "sub dir/x")),
        ("main/100%2525.txt", ("main", "100%25.txt")),
        ("main/a+b", ("main", "a+b")),
        ("main/%2e%2e/x", ("main", "../x")),
        ("main", ("main", "")),
    ],
)
def test_revisions(rest: str, split: tuple[str, str]) -> None:
    assert split_revision(rest.split("/"), {"dev/x", "main"}) == split

import pytest

from hub.errors import BadName
from hub.names import RepoId, RepoKind, is_commit, parse_path, parse_revision


@pytest.mark.parametrize("text", ["Qwen/Qwen3-0.6B", "gpt2", "a/b", "org_x/name.v1.0", "01-ai/Yi-34B"])
def test_real_ids_are_taken_as_they_are_written(text: str) -> None:
    assert str(RepoId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "a/b/c", "../etc", "a/..", "/a", "a/", "a b/c", "api/models", "datasets/x", "-/admin", "a/b\n", "a/.git"],
)
def test_ids_that_no_hub_would_take_are_refused(text: str) -> None:
    with pytest.raises(BadName):
        RepoId.parse(text)


def test_ids_are_compared_without_letter_case() -> None:
    assert RepoId.parse("Qwen/Qwen3").key == RepoId.parse("qwen/QWEN3").key


@pytest.mark.parametrize("text", ["main", "v1.0", "refs/pr/1", "dev/x", "refs/convert/parquet", "a" * 40])
def test_revisions_that_git_allows_are_taken(text: str) -> None:
    assert parse_revision(text) == text


@pytest.mark.parametrize(
    "text", ["", "..", "a..b", "a b", "a/../b", "/main", "main/", "a\\b", "x@{1}", "a//b", "\x00", "\udc80"]
)
def test_revisions_that_git_refuses_are_refused(text: str) -> None:
    with pytest.raises(BadName):
        parse_revision(text)


@pytest.mark.parametrize(
    "text", ["config.json", "a b/c+d#e%f.txt", "ünïcode/模型.bin", ".gitattributes", "a/.b/c", "..a/b.."]
)
def test_awkward_but_honest_paths_are_taken(text: str) -> None:
    assert parse_path(text) == text


@pytest.mark.parametrize(
    "text", ["", "../x", "a/../b", "/etc/passwd", "a//b", "a/./b", "a\\..\\b", "a\x00b", "a\udc80b", "a/", "x" * 1025]
)
def test_paths_that_could_leave_the_repo_are_refused(text: str) -> None:
    with pytest.raises(BadName):
        parse_path(text)


def test_only_forty_lower_hex_digits_are_a_commit() -> None:
    assert is_commit("0123456789abcdef0123456789abcdef01234567")
    assert not is_commit("0123456789ABCDEF0123456789abcdef01234567")
    assert not is_commit("main")


def test_the_prefix_of_a_kind_is_what_stands_in_web_addresses() -> None:
    assert [kind.prefix for kind in RepoKind] == ["", "datasets/", "spaces/"]

"""Reading a catalog file: all that is right becomes wishes, all that is wrong is told at once."""

import pytest

from hub.mirroring.catalog_files import LARGEST, CatalogWrong, Entry, read
from hub.names import RepoKind
from hub.upstreams.models import Upstream

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def upstreams() -> None:
    Upstream.objects.create(slug="huggingface", url="https://hub.invalid")
    Upstream.objects.create(slug="asleep", url="https://asleep.invalid", enabled=False)


def one(text: str) -> Entry:
    [entry] = read(text.encode())
    return entry


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(CatalogWrong) as caught:
        read(text if isinstance(text, bytes) else text.encode())
    return caught.value.problems


def test_an_entry_of_two_lines_is_a_model_at_its_default_branch_with_all_files() -> None:
    wish = one("- upstream: huggingface\n  id: acme/tiny\n").wish
    assert (wish.upstream.slug, wish.kind, str(wish.repo_id), wish.ref) == (
        "huggingface",
        RepoKind.MODEL,
        "acme/tiny",
        "",
    )
    assert wish.include == wish.exclude == ()


def test_every_key_is_read() -> None:
    entry = one(
        """
- upstream: huggingface
  id: acme/poems
  kind: dataset
  ref: v1.0
  include: ["*.json", data/]
  exclude: "*.bin"
  note: >
    Verses,
    in two lines.
"""
    )
    wish = entry.wish
    assert (wish.kind, wish.ref, wish.include, wish.exclude) == (
        RepoKind.DATASET,
        "v1.0",
        ("*.json", "data/"),
        ("*.bin",),
    )
    assert entry.note == "Verses, in two lines."


@pytest.mark.parametrize("ref", ["1.0", "no", "2024-01-31", "0123456789012345678901234567890123456789", "1e3", "0x10"])
def test_a_ref_stays_the_text_that_stands_there(ref: str) -> None:
    assert one(f"- upstream: huggingface\n  id: acme/tiny\n  ref: {ref}\n").wish.ref == ref


def test_a_key_without_a_value_is_as_good_as_left_out() -> None:
    entry = one("- upstream: huggingface\n  id: acme/tiny\n  kind:\n  ref: ~\n  include:\n  note: null\n")
    assert (entry.wish.kind, entry.wish.ref, entry.wish.include, entry.note) == (RepoKind.MODEL, "", (), "")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("id: acme/tiny", "it names no upstream; write one of: huggingface"),
        ("upstream: huggingface", 'it has no id; write "id: org/name"'),
        ("{upstream: nowhere, id: acme/tiny}", "there is no upstream 'nowhere'; write one of: huggingface"),
        ("{upstream: asleep, id: acme/tiny}", "switched off; enable it"),
        ("{upstream: huggingface, id: a/b/c}", "'a/b/c' is not a repo id; write it as namespace/name"),
        ("{upstream: huggingface, id: ../x}", "not a repo id"),
        ("{upstream: huggingface, id: 'huggingface:acme/tiny'}", 'write "upstream: huggingface" and "id: acme/tiny"'),
        ("{upstream: huggingface, id: [acme/tiny]}", '"id" is a list; write one text'),
        ("{upstream: huggingface, id: acme/tiny, kind: movie}", "no kind 'movie'; write one of: model, dataset, space"),
        ("{upstream: huggingface, id: acme/tiny, ref: ../x}", "'../x' is not a ref; use a branch"),
        ("{upstream: huggingface, id: acme/tiny, revision: v1}", "no key 'revision'; write \"ref\""),
        ("{upstream: huggingface, id: acme/tiny, includes: x}", "no key 'includes'; write \"include\""),
        ("{upstream: huggingface, id: acme/tiny, zzz: x}", "no key 'zzz'; leave it out"),
        ("{upstream: huggingface, id: acme/tiny, include: [[x]]}", '"include" holds something that is no pattern'),
        ("{upstream: huggingface, id: acme/tiny, exclude: ['']}", '"exclude" holds something that is no pattern'),
        ("{upstream: huggingface, id: acme/tiny, include: {a: b}}", "no pattern; write a list such as"),
        ("{upstream: huggingface, id: acme/tiny, id: acme/b}", '"id" is written 2 times; begin every entry'),
        ("acme/tiny", 'it has no keys; write "upstream: NAME"'),
        ("{upstream: huggingface, id: acme/tiny, note: " + "x" * 1001 + "}", "write at most 1000"),
        ("{upstream: huggingface, id: acme/tiny, include: [" + "x," * 101 + "]}", "write at most 100"),
    ],
)
def test_a_slip_is_told_with_its_entry_its_line_and_what_to_write(lines: str, sentence: str) -> None:
    [problem] = problems(f"- upstream: huggingface\n  id: acme/right\n- {lines}\n")
    assert problem.startswith("entry 2 (line 3): ")
    assert sentence in problem


def test_all_slips_are_told_at_once() -> None:
    found = problems("- {upstream: x, id: y/z, colour: red}\n- {upstream: huggingface, id: fine/one}\n- {}\n")
    assert [problem.split(" (")[0] for problem in found] == ["entry 1", "entry 1", "entry 3", "entry 3"]


@pytest.mark.parametrize("ref", ["", "main", "HEAD"])
def test_the_same_wish_twice_is_one_too_many_however_it_is_written(ref: str) -> None:
    text = f"""
- {{upstream: huggingface, id: acme/tiny, include: [a, b]}}
- {{upstream: huggingface, id: Acme/Tiny, include: [b, a], ref: "{ref}"}}
"""
    assert problems(text) == ["entry 2: asks for the same as entry 1; leave one of them out"]


def test_the_same_repo_with_other_patterns_is_another_wish() -> None:
    text = """
- {upstream: huggingface, id: acme/tiny, include: [a]}
- {upstream: huggingface, id: acme/tiny}
"""
    assert len(read(text.encode())) == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"[]", "empty"),
        (b"upstream: huggingface\nid: acme/tiny\n", "not a list"),
        (b"acme/tiny", "not a list"),
        (b"- upstream: huggingface\n\tid: x\n", "not YAML: line 2"),
        (b"- {upstream: huggingface\n", "not YAML: line 2"),
        (b"- a\n---\n- b\n", "not YAML: line 2"),
        (b"- \x01\n", "not YAML"),
        (b"- *nothing\n", "not YAML: line 1"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"[" * 20_000, "not YAML: line 1: it is nested too deeply"),
        (b"\n" + b"[" * 21 + b"]" * 21, "not YAML: line 2: it is nested too deeply"),
        (b"- {}\n" * 1001, "1001 entries"),
        (b"#" * (LARGEST + 1), "more than 512 KiB"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_file_that_is_no_catalog_is_told_in_one_sentence(data: bytes, sentence: str) -> None:
    [problem] = problems(data)
    assert sentence in problem


def test_nothing_in_the_file_is_run_or_blown_up() -> None:
    bomb = "- &a [x,x]\n" + "".join(f"- &{chr(98 + n)} [*{chr(97 + n)},*{chr(97 + n)}]\n" for n in range(20))
    assert len(problems(bomb)) == 21
    [problem] = problems("- {upstream: huggingface, id: !!python/object/apply:os.getcwd [a]}\n")
    assert "write one text" in problem

import collections
import io
import os
import pickle
import zipfile

import pytest

from hub.catalog.previews.pickles import read_imports
from hub.catalog.previews.reading import Unreadable
from tests.catalog.previews.bytes_of import bounded


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch /tmp/owned",)


def archive(data: bytes, name: str = "model/data.pkl") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return target.getvalue()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_would_run_code_is_named_and_does_not_run(protocol: int) -> None:
    told = read_imports(bounded(pickle.dumps(Evil(), protocol)))
    assert told.unusual == (f"{os.system.__module__}.system",)
    assert told.whole


def test_what_tensors_need_is_told_apart() -> None:
    told = read_imports(bounded(archive(pickle.dumps(collections.OrderedDict(a=1)))))
    assert (told.usual, told.unusual) == (("collections.OrderedDict",), ())


def test_a_name_that_comes_from_the_memo_is_found() -> None:
    told = read_imports(bounded(pickle.dumps([Evil(), Evil(), collections.Counter("a"), "system", "posix"], 4)))
    assert set(told.unusual) == {f"{os.system.__module__}.system", "collections.Counter"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no pickle",
        b"PK\x03\x04" + bytes(100),
        archive(b"x", "other.txt"),
        b"\x80\x04" + b"\xff" * 50,
    ],
)
def test_what_is_no_pickle_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        read_imports(bounded(data))
    assert "do not load it" in error.value.words


def test_a_bomb_is_read_up_to_its_bound_only() -> None:
    bomb = archive(b"\x80\x02" + b"(" * 40_000_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(Unreadable):
        read_imports(bounded(bomb))


def test_an_endless_pickle_is_told_to_be_seen_in_part() -> None:
    told = read_imports(bounded(b"cos\nsystem\n" + b"(" * 3_000_000))
    assert (told.unusual, told.whole) == (("os.system",), False)

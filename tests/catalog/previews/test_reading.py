import pytest

from hub.catalog.previews.kinds import Look, look_of, text_in
from hub.catalog.previews.reading import Unreadable
from tests.catalog.previews.bytes_of import bounded


def test_no_more_is_read_than_was_allowed_wherever_it_lies() -> None:
    file = bounded(b"x" * 100, most=30)
    assert file.read(20) == b"x" * 20
    file.seek(90)
    assert file.read(10) == b"x" * 10
    file.seek(0)
    with pytest.raises(Unreadable):
        file.read(1)


def test_reading_to_the_end_counts_what_is_left() -> None:
    with pytest.raises(Unreadable):
        bounded(b"x" * 100, most=99).read()
    assert len(bounded(b"x" * 100, most=100).read()) == 100


@pytest.mark.parametrize(
    ("path", "look"),
    [
        ("model.safetensors", Look.SAFETENSORS),
        ("a/Model.GGUF", Look.GGUF),
        ("tokenizer.json", Look.TOKENIZER),
        ("tokenizer_config.json", Look.TOKENIZER_CONFIG),
        ("config.json", Look.JSON),
        ("README.md", Look.MARKDOWN),
        ("LICENSE", Look.TEXT),
        (".gitattributes", Look.TEXT),
        ("logo.svg", Look.TEXT),
        ("logo.PNG", Look.IMAGE),
        ("pytorch_model.bin", Look.PICKLE),
        ("data.parquet", Look.PARQUET),
        ("archive.zip", Look.NONE),
        ("noending", Look.NONE),
    ],
)
def test_a_name_decides_how_a_file_is_looked_into(path: str, look: Look) -> None:
    assert look_of(path) is look


def test_text_may_be_cut_in_the_middle_of_a_character() -> None:
    data = "模型".encode()
    assert text_in(data) == "模型"
    assert text_in(data[:-1]) == "模"
    assert text_in(data[:-2]) == "模"


@pytest.mark.parametrize("data", [b"\x00abc", b"\xff\xfe\xfd\xfc\xfb\xfa", b"text \xff and more text"])
def test_bytes_that_are_no_text_are_none(data: bytes) -> None:
    assert text_in(data) is None

"""Which look into a file fits its name. Pure: names only promise, and each reader checks the bytes."""

from enum import StrEnum
from pathlib import PurePosixPath


class Look(StrEnum):
    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    PARQUET = "parquet"
    TOKENIZER = "tokenizer"
    TOKENIZER_CONFIG = "tokenizer_config"
    JSON = "json"
    MARKDOWN = "markdown"
    TEXT = "text"
    IMAGE = "image"
    PICKLE = "pickle"
    NONE = "none"


PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".bmp", ".ico"})
"""No SVG: it is a document with scripts, and is shown as text."""

_BY_NAME = {"tokenizer.json": Look.TOKENIZER, "tokenizer_config.json": Look.TOKENIZER_CONFIG}
_BY_SUFFIX = {
    ".safetensors": Look.SAFETENSORS,
    ".gguf": Look.GGUF,
    ".parquet": Look.PARQUET,
    ".json": Look.JSON,
    ".md": Look.MARKDOWN,
    ".markdown": Look.MARKDOWN,
    ".bin": Look.PICKLE,
    ".pt": Look.PICKLE,
    ".pth": Look.PICKLE,
    ".ckpt": Look.PICKLE,
    ".pkl": Look.PICKLE,
    ".pickle": Look.PICKLE,
    ".joblib": Look.PICKLE,
}
_TEXT_SUFFIXES = """
    .txt .text .jsonl .ndjson .csv .tsv .yaml .yml .toml .ini .cfg .conf .py .pyi .ipynb .sh .bash .zsh .js .mjs .ts
    .tsx .jsx .c .h .cc .cpp .cxx .hpp .cu .cuh .rs .go .java .kt .swift .rb .pl .lua .r .jl .sql .html .htm .xml .svg
    .css .scss .tex .bib .rst .log .jinja .jinja2 .j2 .tmpl .proto .cmake .gradle .diff .patch .lock .merges .vocab
    .model_card .gitattributes .gitignore .gitmodules .dockerignore .editorconfig .env .mdx"""
_TEXTUAL = frozenset(_TEXT_SUFFIXES.split())
_TEXT_NAMES = (
    "license licence copying notice readme dockerfile makefile modelfile authors changelog citation requirements "
    ".gitattributes .gitignore .gitmodules .dockerignore"
)
_TEXTUAL_NAMES = frozenset(_TEXT_NAMES.split())


def look_of(path: str) -> Look:
    name = PurePosixPath(path).name.lower()
    suffix = PurePosixPath(name).suffix
    if name in _BY_NAME:
        return _BY_NAME[name]
    if suffix in PICTURES:
        return Look.IMAGE
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    return Look.TEXT if suffix in _TEXTUAL or name in _TEXTUAL_NAMES else Look.NONE


def text_in(data: bytes) -> str | None:
    """UTF-8 text, of which the last character may be cut; None for bytes that are no text."""
    if b"\0" in data:
        return None
    for cut in range(4):
        try:
            return data[: len(data) - cut].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if error.start < len(data) - 4:
                return None
    return None

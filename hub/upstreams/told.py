"""Values out of an upstream's JSON, which may be of any type: the odd ones become nothing."""

from typing import Any


def clean(value: Any) -> Any:
    """JSON without what a database refuses: NUL characters and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, dict):
        return {clean(key): clean(one) for key, one in value.items()}
    return value


def text_of(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def texts_of(value: Any) -> tuple[str, ...]:
    """A text, or a list of them, without empty ones and other types."""
    many = value if isinstance(value, list) else [value]
    return tuple(text for text in map(text_of, many) if text)


def count_of(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1 << 63 else 0

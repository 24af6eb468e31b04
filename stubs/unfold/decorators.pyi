from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from unfold.enums import ActionVariant

F = TypeVar("F", bound=Callable[..., Any])

def action(
    *,
    permissions: Iterable[str] | None = None,
    description: str | None = None,
    url_path: str | None = None,
    icon: str | None = None,
    variant: ActionVariant | None = ...,
) -> Callable[[F], F]: ...
def display(
    *,
    boolean: bool | None = None,
    ordering: str | None = None,
    description: str | None = None,
    label: bool | str | Mapping[Any, str] | None = None,
    header: bool | None = None,
) -> Callable[[F], F]: ...

"""How long lists are cut: by a cursor, which stays right when rows come and go in between."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request as ApiRequest

from hub.errors import BadInput

MOST = 500


class NewestFirst(CursorPagination):
    """`?limit=` up to MOST, `?cursor=` as `next` and `previous` of an answer hold it."""

    ordering: str | list[str] | tuple[str, ...] = "-id"
    page_size = 100
    page_size_query_param = "limit"
    max_page_size = MOST
    page_size_query_description = f"How many to a page, at most {MOST}."
    cursor_query_description = "Where the page begins: opaque, from `next` or `previous` of an earlier answer."

    def paginate_queryset(self, queryset: Any, request: ApiRequest, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValidationError, ValueError, OverflowError) as error:
            raise wrong_cursor() from error


class InOrder(NewestFirst):
    """The files of a revision, as upstream lists them."""

    ordering = "position"


class OldestFirst(NewestFirst):
    ordering = "id"


def wrong_cursor() -> BadInput:
    return BadInput("the cursor makes no sense", "take it from an earlier answer, or begin without one")

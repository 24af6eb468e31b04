"""Template filters: sizes as people read them."""

from django import template
from django.utils.formats import number_format

from hub.measures import human_bytes, human_seconds

register = template.Library()
register.filter("human_bytes", human_bytes)
register.filter("human_seconds", human_seconds)


@register.filter
def times(first: int, second: int) -> int:
    return first * second


@register.filter
def grouped(number: int) -> str:
    """A count as people read it: 1,234,567."""
    return str(number_format(number, force_grouping=True))

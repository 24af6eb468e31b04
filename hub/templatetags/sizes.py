"""Template filters: sizes as people read them."""

from django import template

from hub.sizes import human_bytes

register = template.Library()
register.filter("human_bytes", human_bytes)


@register.filter
def times(first: int, second: int) -> int:
    return first * second

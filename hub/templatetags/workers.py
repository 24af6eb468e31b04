"""Template filter: workers as they are called."""

from django import template

register = template.Library()


@register.filter
def worker(lease_owner: str) -> str:
    """The host and process of a claim's name, `host:process:number`."""
    return ":".join(lease_owner.split(":")[:2])

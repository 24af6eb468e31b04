"""Template tags for what a search has found."""

from django import template
from django.urls import reverse

from hub.index.models import Entry
from hub.names import RepoKind

register = template.Library()

_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


@register.simple_tag
def entry_url(entry: Entry) -> str:
    """The page of a repo: with its files where it is held, else what its upstream's listing tells."""
    plural = RepoKind(entry.kind).plural
    if entry.held:
        return reverse("web:repo", args=[plural, f"{entry.upstream.slug}:{entry.listed_id}"])
    return reverse("web:entry", args=[entry.upstream.slug, plural, str(entry.listed_id)])


@register.filter
def human_count(count: int) -> str:
    """`950`, `1.2k`, `34M`, `7B`: at a glance, not to the digit."""
    for size, letter in _STEPS:
        if count >= size * 0.9995:
            return (
                f"{count / size:.1f}{letter}".replace(".0", "")
                if count < size * 9.95
                else f"{count / size:.0f}{letter}"
            )
    return str(count)

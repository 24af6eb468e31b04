"""Parts of pages that htmx asks for: the same address, and only the region that changes."""

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """Whether to answer with a region alone. Going back in history asks for the whole page: see htmx-config in
    base.html."""
    return bool(getattr(request, "htmx", False))

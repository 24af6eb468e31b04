"""The orders of what was found, as people call them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.index.query import Sort

SORTS: dict[Sort, Promise] = {
    Sort.RELEVANCE: _("Best match"),
    Sort.TRENDING: _("Trending"),
    Sort.DOWNLOADS: _("Most downloads"),
    Sort.LIKES: _("Most likes"),
    Sort.UPDATED: _("Updated last"),
    Sort.CREATED: _("Newest"),
    Sort.SIZE: _("Largest"),
}


def sorts_of(is_searching: bool) -> list[tuple[str, Promise]]:
    """(value, name). Without words nothing matches better than anything else, and the best known comes first."""
    return [(sort.value, name if is_searching or sort != Sort.RELEVANCE else _POPULAR) for sort, name in SORTS.items()]


_POPULAR = _("Most popular")

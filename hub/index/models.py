"""Entries are what search finds. An upstream's listing writes them, and so does every repo that is held here."""

from datetime import UTC, datetime

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub.catalog.models import Repo
from hub.names import RepoId
from hub.upstreams.models import Upstream

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a row without a date stands among those with one."""

PULLED = 1_000_000.0
"""What a pull from this hub adds to `trending`: no upstream's figure comes near."""

_ORDERS = {"popular": "popularity", "downloads": "downloads", "likes": "likes", "size": "bytes", "trending": "trending"}
_DATES = {"updated": "updated_at", "created": "created_at"}


class Entry(models.Model):
    """One repo of one upstream, as far as its listing or the held copy tells. A number is 0 where nobody told it."""

    # Without an index of its own: most entries are of one upstream, and each index is written with every row.
    upstream = models.ForeignKey(Upstream, on_delete=models.CASCADE, related_name="entries", db_index=False)
    kind = models.CharField(max_length=10)
    namespace = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=201, help_text="The id in lower case.")
    title = models.CharField(max_length=200, blank=True)
    summary = models.CharField(max_length=500, blank=True, help_text="The first sentences of the card.")

    task = models.CharField(max_length=100, blank=True)
    library = models.CharField(max_length=100, blank=True)
    licence = models.CharField(max_length=100, blank=True)
    languages = models.JSONField(default=list, help_text="Codes such as zh.")
    tags = models.JSONField(default=list)
    base_models = models.JSONField(default=list)
    gated = models.CharField(max_length=10, blank=True)
    parameters = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    downloads = models.BigIntegerField(default=0)
    likes = models.BigIntegerField(default=0)
    trending = models.FloatField(default=0)
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    commit = models.CharField(max_length=40, blank=True, help_text="The newest, when it was listed last.")

    repo = models.OneToOneField(Repo, null=True, on_delete=models.SET_NULL, related_name="entry")
    held = models.BooleanField(default=False)
    vanished_at = models.DateTimeField(null=True, help_text="Upstream lists it no more. What is held stays.")
    seen_at = models.DateTimeField(default=timezone.now, help_text="Listed last as new or changed.")
    popularity = models.FloatField(default=0, help_text="The order of what matches a search equally well.")
    words = models.TextField(blank=True, help_text="What the search finds it by, separated by spaces.")

    class Meta:
        ordering = ["-popularity", "-id"]
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["kind", "key", "upstream"], name="one_entry_per_upstream_id")]
        indexes = [
            *(models.Index(fields=[column, "id"], name=f"entry_by_{name}") for name, column in _ORDERS.items()),
            *(
                models.Index(Coalesce(column, models.Value(NEVER)), models.F("id"), name=f"entry_by_{name}")
                for name, column in _DATES.items()
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.upstream.slug}:{self.listed_id}"

    @property
    def listed_id(self) -> RepoId:
        """The id as upstream spells it. (`repo_id` is the column of `repo`.)"""
        return RepoId(self.namespace, self.name)

    @property
    def shown_trending(self) -> float:
        """How often it was pulled here of late, else what upstream says."""
        pulls, upstreams = divmod(self.trending, PULLED)
        return pulls or upstreams


class FacetCount(models.Model):
    """How many entries of a kind have a value, all together, as counted last."""

    kind = models.CharField(max_length=10)
    facet = models.CharField(max_length=20)
    value = models.CharField(max_length=200)
    count = models.BigIntegerField()

    class Meta:
        ordering = ["kind", "facet", "-count", "value"]
        constraints = [models.UniqueConstraint(fields=["kind", "facet", "value"], name="one_count_per_facet_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.facet}={self.value}: {self.count}"


class Word(models.Model):
    """A word of entries, and in how many it is, as counted last."""

    text = models.CharField(max_length=120, unique=True, help_text="As in `words`: n/llama")
    count = models.BigIntegerField()

    class Meta:
        ordering = ["-count", "text"]

    def __str__(self) -> str:
        return self.text


# Django looks for models here.
from hub.index.crawls import Crawl, Sighting  # noqa: E402

__all__ = ["Crawl", "Entry", "FacetCount", "Sighting", "Word"]

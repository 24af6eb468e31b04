from django.db import models
from django.utils import timezone

from hub.sealed import seal, unseal


class Upstream(models.Model):
    """A hub out there. `slug` is how people name it (`huggingface:org/name`), `kind` which client speaks to it."""

    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=40, default="huggingface")
    url = models.URLField(max_length=300, help_text="e.g. https://huggingface.co, or a mirror under a path prefix")
    sealed_token = models.TextField(blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=100, help_text="The lowest number is asked first.")
    max_connections = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="All workers together, at least 1. Empty = each worker up to HUB_CONNECTIONS.",
    )
    speed_limits = models.TextField(
        blank=True,
        help_text='All workers together, one window a line, the first that holds decides: "Mon-Fri 08:00-18:00 20MB/s",'
        ' "Sat,Sun full", "50MB/s". 0 = stopped. Empty = full speed.',
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.slug

    @property
    def token(self) -> str:
        """The token in clear; "" for anonymous. Raises SealBroken."""
        return unseal(self.sealed_token)

    @token.setter
    def token(self, value: str) -> None:
        self.sealed_token = seal(value)

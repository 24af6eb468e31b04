"""The first upstream, from HUB_HUGGINGFACE_URL and HUB_HUGGINGFACE_TOKEN. From then on the admin's word counts."""

from django.conf import settings

from hub.sealed import seal
from hub.upstreams.models import Upstream


def seed_upstreams() -> None:
    """Creates `huggingface` where there is no upstream at all. Two processes that start at once make one row."""
    if Upstream.objects.exists():
        return
    Upstream.objects.get_or_create(
        slug="huggingface",
        defaults={
            "kind": "huggingface",
            "url": settings.HUGGINGFACE_URL,
            "sealed_token": seal(settings.HUGGINGFACE_TOKEN),
        },
    )

"""The first upstreams, from HUB_HUGGINGFACE_* and HUB_MODELSCOPE_*. From then on the admin's word counts."""

from django.conf import settings
from django.db import transaction

from hub.sealed import seal
from hub.upstreams.models import Upstream


def seed_upstreams() -> None:
    """Creates `huggingface` and `modelscope` where there is no upstream at all. Two processes that start at once make
    one row of each."""
    if Upstream.objects.exists():
        return
    with transaction.atomic():
        _seed("huggingface", settings.HUGGINGFACE_URL, settings.HUGGINGFACE_TOKEN, 100)
        _seed("modelscope", settings.MODELSCOPE_URL, settings.MODELSCOPE_TOKEN, 200)


def _seed(kind: str, url: str, token: str, position: int) -> None:
    Upstream.objects.get_or_create(
        slug=kind, defaults={"kind": kind, "url": url, "sealed_token": seal(token), "position": position}
    )

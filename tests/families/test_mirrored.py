"""Each family from both hubs: everything is published, every byte is right, and what both have travels once."""

import hashlib

import pytest

from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.mirroring.models import Request, Transfer
from tests.fakes.families import Family, every_family
from tests.families.conftest import HUBS, Setting, Stage, work

pytestmark = pytest.mark.usefixtures("allowed")

each_family = pytest.mark.parametrize("family", every_family(), ids=lambda family: family.name)


def has_everything(stage: Stage, hub: str, request: Request) -> bool:
    """The published revision is the commit that lies there, with its files, sizes and digests."""
    head = stage.repo(hub).head
    assert request.revision is not None
    assert request.revision.commit == head.oid
    held = {file.path: file.blob for file in request.revision.files.select_related("blob")}
    assert held.keys() == head.files.keys()
    return {path: blob.sha256 for path, blob in held.items()} == {
        path: file.source.sha256 for path, file in head.files.items()
    }


def stored_bytes_are_right() -> bool:
    """Read again, and hashed by something else than the engine."""
    return all(
        hashlib.sha256(store().open(sha256).read()).hexdigest() == sha256
        for sha256 in Blob.objects.values_list("sha256", flat=True)
    )


@each_family
@pytest.mark.parametrize("order", [HUBS, HUBS[::-1]], ids=["huggingface-first", "modelscope-first"])
def test_from_one_hub_and_then_from_the_other(setting: Setting, family: Family, order: tuple[str, ...]) -> None:
    stage = setting(family)
    stage.let_in()
    for hub in order:
        assert has_everything(stage, hub, stage.mirrored(hub))
    unique = sum(stage.sizes().values())
    assert unique <= stage.bytes_sent() <= 1.01 * unique
    assert dict(Blob.objects.values_list("sha256", "size")) == stage.sizes()
    assert stored_bytes_are_right()


@each_family
def test_weights_that_both_hubs_are_asked_for_at_once_are_fetched_once(setting: Setting, family: Family) -> None:
    stage = setting(family)
    stage.let_in()
    requests = {hub: stage.planned(hub) for hub in HUBS}
    large = stage.sizes(only_large=True)
    assert Transfer.objects.filter(digest__in=[f"sha256:{digest}" for digest in large]).count() == len(large)
    work()
    for hub, request in requests.items():
        request.refresh_from_db()
        assert request.state == Request.State.PUBLISHED, request.error
        assert has_everything(stage, hub, request)
    assert stage.bytes_sent(only_large=True) == sum(large.values())
    assert dict(Blob.objects.values_list("sha256", "size")) == stage.sizes()

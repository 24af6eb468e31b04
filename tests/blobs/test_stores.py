from pathlib import Path

import pytest
from django.conf import LazySettings

from hub.blobs.local import LocalStore
from hub.blobs.stores import store
from hub.errors import StoreError


def test_the_store_is_the_one_that_the_settings_name(settings: LazySettings, tmp_path: Path) -> None:
    settings.STORE_URL = f"file://{tmp_path}/my%20blobs"
    found = store()
    assert isinstance(found, LocalStore)
    assert found.root == tmp_path / "my blobs"
    assert store() is found


@pytest.mark.parametrize("url", ["ftp://host/blobs", "blobs", "file://host/blobs", "file:relative", ""])
def test_an_address_that_makes_no_sense_is_told_with_what_would(settings: LazySettings, url: str) -> None:
    settings.STORE_URL = url
    with pytest.raises(StoreError) as caught:
        store()
    assert repr(url) in caught.value.words
    assert "file:///" in caught.value.words

from typing import Any

import pytest

from hub.errors import SealBroken
from hub.sealed import seal, unseal


def test_a_sealed_secret_comes_back_and_cannot_be_read_in_between() -> None:
    sealed = seal("the token")
    assert "token" not in sealed
    assert unseal(sealed) == "the token"


def test_nothing_stays_nothing() -> None:
    assert seal("") == ""
    assert unseal("") == ""


def test_another_secret_key_cannot_open_it_and_says_what_to_do(settings: Any) -> None:
    sealed = seal("the token")
    settings.SECRET_KEY = "another key"
    with pytest.raises(SealBroken) as caught:
        unseal(sealed)
    assert "HUB_SECRET_KEY" in caught.value.words

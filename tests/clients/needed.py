"""What a test needs installed: a reason to skip for a person, a failure for a build."""

import os
from pathlib import Path

import pytest

from tests.clients.install import NotInstalled, installed


def installed_or_skip(name: str) -> Path:
    """A person without a network is not stopped by a client that cannot be installed; a build is."""
    try:
        return installed(name)
    except NotInstalled as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(f"the client {name} cannot be installed here: {error}")

"""The hub's own settings, with one more address: a view that does nothing."""

from hub.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"

"""Loaded before Django's settings: tests see no `HUB_*` variable of the person's shell, only `HUB_TEST_*`."""

import atexit
import os
import shutil
import tempfile

for name in [name for name in os.environ if name.startswith("HUB_") and not name.startswith("HUB_TEST_")]:
    del os.environ[name]

DATA_DIR = tempfile.mkdtemp(prefix="entrepot-tests-")
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
os.environ["HUB_DATA_DIR"] = DATA_DIR
os.environ["HUB_SECRET_KEY"] = "the tests' own key, which seals nothing of worth"
os.environ["HUB_UPSTREAM_HOSTS"] = "127.0.0.1 127.0.0.2 localhost"
if os.environ.get("HUB_TEST_DATABASE_URL"):
    os.environ["HUB_DATABASE_URL"] = os.environ["HUB_TEST_DATABASE_URL"]

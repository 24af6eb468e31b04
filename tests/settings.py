"""The hub's own settings; only the password hasher is quick and the SQLite test database is a file, for threads."""

from hub.settings import *  # noqa: F403
from hub.settings import DATA_DIR, DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

"""deploy/env.example, written from the operator guide: `python -m tests.deploy.env_example`. A test compares both."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "deploy" / "env.example"

HEAD = """\
# Every setting of Entrepot. Copy what you change to deploy/.env (compose), /etc/entrepot/env (systemd), or `settings`
# and the Secret (Helm). Without any of them the hub uses SQLite and ./data.
#
# NAME_FILE names a file that holds the value of NAME: use it for whatever is secret. Nothing here is quoted.
# Written from the operator guide (hub/docs/operator.md, served at /-/docs/operator) by tests/deploy/env_example.py.
"""


def rows() -> list[tuple[str, str, str]]:
    """(name, default, meaning) of every setting in the operator guide, in its order."""
    guide = (ROOT / "hub" / "docs" / "operator.md").read_text()
    return re.findall(r"^\| `(HUB_[A-Z0-9_]+)` \| (.*?) \| (.*) \|$", guide, re.MULTILINE)


def text() -> str:
    return HEAD + "".join(_entry(*row) for row in rows())


def _entry(name: str, default: str, meaning: str) -> str:
    plain = f"{_plain(meaning)}. Default: {_plain(default)}."
    comment = textwrap.fill(plain, 118, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
    value = re.fullmatch(r"`([^`]*)`", default)
    return f"\n{comment}\n#{name}={value[1] if value else ''}\n"


def _plain(markdown: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", markdown).replace("`", "").replace("\\|", "|").rstrip(".")


if __name__ == "__main__":
    TARGET.write_text(text())

"""The client guide: its snippets are well-formed, and what it says was run is what the tests run."""

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from hub.web.docs import FOLDER, doc

TESTS = Path(__file__).resolve().parent.parent
TOOLS, CLIENTS = ((FOLDER / f"{name}.md").read_text() for name in ("tools", "clients"))
SNIPPETS = re.findall(r"^```(\w*)\n(.*?)^```$", TOOLS + CLIENTS, re.MULTILINE | re.DOTALL)
VARIABLE = re.compile(r"\b(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+)\b(?!\()")
PLACEHOLDERS = {"HUB_ANONYMOUS_PULL", "HUB_TEST_HEAVY"}
"""Settings of the hub and of its tests, which the operator guide and the tests themselves hold to."""


def snippets(*languages: str) -> list[str]:
    return [text for language, text in SNIPPETS if language in languages]


def sections() -> dict[str, str]:
    """Text by heading of the second level."""
    parts = re.split(r"^## (.+)$", TOOLS, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def what_the_journeys_say() -> str:
    return "".join(path.read_text() for path in (TESTS / "journeys").rglob("*.py"))


def test_every_snippet_is_of_a_known_language() -> None:
    assert {language for language, _ in SNIPPETS} == {"bash", "python", "yaml", "javascript"}


@pytest.mark.parametrize("text", snippets("bash"))
def test_a_snippet_of_bash_can_be_parsed(text: str) -> None:
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", snippets("python"))
def test_a_snippet_of_python_can_be_parsed_and_sets_the_address_before_it_imports(text: str) -> None:
    names = [line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))]
    ast.parse(text)
    if 'HF_ENDPOINT"] =' in text or 'MODELSCOPE_ENDPOINT"] =' in text:
        assert names[0] == "os"
        assert text.index("_ENDPOINT") < text.index(names[1])


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
@pytest.mark.parametrize("text", snippets("javascript"))
def test_a_snippet_of_javascript_can_be_parsed(text: str, tmp_path: Path) -> None:
    (tmp_path / "snippet.mjs").write_text(text)
    done = subprocess.run(["node", "--check", tmp_path / "snippet.mjs"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def manifests() -> list[dict[str, Any]]:
    return [document for text in snippets("yaml") for document in yaml.safe_load_all(text)]


def test_manifests_are_what_kubernetes_takes() -> None:
    """KServe's kinds are its own; Compose's have none."""
    checked = [one for one in manifests() if "serving.kserve.io" not in one.get("apiVersion", "serving.kserve.io")]
    assert [one["kind"] for one in checked] == ["Secret", "Deployment"]
    for one in checked:
        kubernetes_validate.validate(one, "1.32", strict=True)


def test_every_manifest_gives_the_address_of_a_hub() -> None:
    told = [json.dumps(one) for one in manifests() if one.get("kind") != "Secret"]
    assert len(told) == 3
    assert all("HF_ENDPOINT" in one and ":8000" in one for one in told)


@pytest.mark.parametrize("name", sections())
def test_every_tool_says_what_is_set_what_fails_and_whether_it_was_run(name: str) -> None:
    text = sections()[name]
    assert "**Run:**" in text
    if name != "git":
        assert "hub.example:8000" in text
        assert "**From the hub?**" in text
        assert "**Not working:**" in text


@pytest.mark.parametrize("name", [name for name, text in sections().items() if "in every build" in text])
def test_variables_of_a_tool_that_is_run_are_those_that_the_tests_set(name: str) -> None:
    told = "".join(re.findall(r"^```(?:bash|python)\n(.*?)^```$", sections()[name], re.MULTILINE | re.DOTALL))
    named = set(VARIABLE.findall(told)) - PLACEHOLDERS
    tests = what_the_journeys_say()
    assert {one for one in named if one not in tests} == set()


def test_variables_for_certificates_and_proxies_are_those_that_the_tests_set() -> None:
    tests = what_the_journeys_say()
    for heading in ("Certificates of your own authority", "Behind a proxy"):
        text = CLIENTS.split(f"## {heading}")[1].split("\n## ")[0]
        named = set(VARIABLE.findall(text)) | set(re.findall(r"--ca[a-z-]*", text))
        assert named
        assert {one for one in named if one not in tests} == set()


@pytest.mark.parametrize("name", sections())
def test_every_tool_is_in_the_table_of_clients(name: str) -> None:
    (anchor,) = [anchor for anchor, text in doc("tools").headings if text == name]
    assert f"(tools.md#{anchor})" in CLIENTS


def test_versions_that_are_said_to_be_tried_are_those_that_are_installed() -> None:
    pins = "".join(path.read_text() for path in (TESTS / "clients").rglob("*.txt"))
    pins += (TESTS / "clients" / "huggingface-js.json").read_text()
    rows = re.findall(r"^\| \[.*?\]\(tools\.md#.*?\) \| .*? \| (.*?) \|$", CLIENTS, re.MULTILINE)
    assert len(rows) == len(sections())
    versions = {version for row in rows if "its " not in row for version in re.findall(r"\d+\.\d+\.\d+", row)}
    assert versions
    assert {version for version in versions if version not in pins} == set()

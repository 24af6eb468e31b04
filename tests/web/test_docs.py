"""The documentation is complete, its links lead somewhere, and it is shown as HTML."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.test import Client

from hub import errors, metrics, settings
from hub.mirroring import figures
from hub.web.docs import FOLDER, ORDER, doc

OPERATOR = (FOLDER / "operator.md").read_text()
CLIENTS = (FOLDER / "clients.md").read_text()


def documented_settings() -> set[str]:
    """Names in the first column of a table of the operator guide."""
    return set(re.findall(r"^\| `(HUB_[A-Z_]+)`", OPERATOR, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(settings.env.names))
def test_every_setting_is_explained(name: str) -> None:
    assert name in documented_settings()


def test_no_setting_is_explained_that_does_not_exist() -> None:
    assert documented_settings() - settings.env.names == set()


def error_classes(kind: type[errors.HubError] = errors.HubError) -> list[type[errors.HubError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in error_classes(child))]


@pytest.mark.parametrize("code", sorted({kind.code for kind in error_classes() if kind.__module__ == "hub.errors"}))
def test_every_error_code_is_explained(code: str) -> None:
    assert f"| `{code}`" in OPERATOR


OURS = {name for name, app in get_commands().items() if str(app).startswith(("hub", "workers"))}


@pytest.mark.parametrize("command", sorted(OURS))
def test_every_command_is_explained(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", OPERATOR, re.MULTILINE)


@pytest.mark.parametrize("name", ORDER)
def test_every_link_between_the_pages_leads_somewhere(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text()
    for target, anchor in re.findall(r"\]\(([a-z]*)(?:\.md)?(#[a-z0-9-]+)?\)", text):
        page = target or name
        assert page in ORDER
        if anchor:
            assert f'id="{anchor[1:]}"' in doc(page).html, (page, anchor)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ORDER)
def test_every_page_is_shown_with_its_title_and_anchors(name: str, client: Client) -> None:
    answer = client.get("/-/docs/" if name == "index" else f"/-/docs/{name}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"<title>{doc(name).title} ·" in page
    for anchor, _ in doc(name).headings:
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}"' in page


def test_no_page_names_a_path_of_the_machine_it_was_written_on() -> None:
    root = Path(__file__).resolve().parents[2]
    for file in [*FOLDER.glob("*.md"), root / "README.md", root / "CHANGELOG.md"]:
        assert str(root) not in file.read_text()


def documented_metrics() -> set[str]:
    return set(re.findall(r"^\| `(entrepot_[a-z_]+)`", OPERATOR, re.MULTILINE))


def test_every_metric_is_explained_and_no_other() -> None:
    counted = {f"{one.name}_total" if one.type == "counter" else one.name for one in metrics.COUNTED.collect()}
    assert documented_metrics() == counted | {figure.name for figure in figures.ALL}


@pytest.mark.django_db
def test_whoever_reads_another_language_is_told_that_the_text_is_english(client: Client) -> None:
    assert 'class="note"' in client.get("/-/docs/", headers={"Accept-Language": "zh-CN"}).content.decode()
    page = client.get("/-/docs/").content.decode()
    assert 'class="note"' not in page
    assert '<article class="prose" lang="en">' in page

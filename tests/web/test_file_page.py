"""The page of one file: what is inside, and a calm sentence where the bytes are not what their name says."""

import json
import struct
from typing import Any

import pytest
from django.test import Client

from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.fakes import FakeRepo
from tests.web import shown_repo

pytestmark = pytest.mark.django_db

BASE = "/-/repos/models/acme/zoo"


def look(client: Client, path: str, repo: Repo) -> str:
    commit = repo.refs.get(name="main").revision.commit
    answer = client.get(f"/-/repos/models/{repo.repo_id}/file/{commit}/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("config.json", ["hidden_size", "Download, 41 bytes"]),
        ("model.safetensors", ["weight", "F32", "4,096", "1 tensor"]),
        ("model-q4.gguf", ["general.architecture", "Q4_K", "64 × 32"]),
        ("rows.parquet", ["50 rows", "Verse &lt;3&gt;"]),
        ("tokenizer.json", ["BPE", "100 tokens", "&lt;|end|&gt;", "tok0"]),
        ("tokenizer_config.json", ["Chat template", "message", "eos_token"]),
        ("figures/pixel.png", ['alt="pixel.png"']),
        ("figures/deep/notes.md", ["figures/pixel.png", "file/", "Notes"]),
        ("modeling_zoo.py", ["&lt;script&gt;", "trust_remote_code"]),
        ("weights.bin", ["can run code", "What loading it would import"]),
        ("strange.xyz", ["This kind of file is not shown here"]),
        ("LICENSE", ["Apache, more or less."]),
    ],
)
def test_each_kind_of_file_is_looked_into(client: Client, path: str, told: list[str]) -> None:
    shown = look(client, path, shown_repo.published())
    for text in (*told, "verified"):
        assert text in shown


def hostile(name: str, data: bytes | str) -> Repo:
    return publish(FakeRepo("acme/hostile", {name: data}))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("model.safetensors", struct.pack("<Q", 1 << 62) + b"{}"),
        ("model.safetensors", b"not at all"),
        ("m.gguf", b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60)),
        ("tokenizer.json", "[" * 200_000),
        ("tokenizer_config.json", "{" * 100_000),
        ("x.parquet", b"PAR1" + b"\xff" * 100 + struct.pack("<I", 90) + b"PAR1"),
        ("pytorch_model.bin", b"PK\x03\x04" + b"\xff" * 1000),
        ("config.json", b"\x00\x01"),
        ("a.py", b"\xff\xfe\x00"),
        ("README.md", b"\x00"),
    ],
)
def test_hostile_files_are_answered_with_a_sentence(client: Client, name: str, data: bytes | str) -> None:
    shown = look(client, name, hostile(name, data))
    assert 'class="note"' in shown
    assert "Download" in shown


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("odd.json", "[" * 200_000),
        ("odd.json", '{"a": ' + "9" * 10_000 + "}"),
        ("config.json", ""),
        ("data.json", json.dumps({"key": "x" * 600_000})),
        ("big.py", "x = 1\n" * 200_000),
        ("long.txt", "x" * 700_000),
        ("empty.md", ""),
        ("logo.svg", "<svg onload='alert(1)'/>"),
        ("page.html", "<script>alert(1)</script>"),
    ],
)
def test_odd_texts_are_shown_as_they_are(client: Client, name: str, data: str) -> None:
    shown = look(client, name, hostile(name, data))
    assert 'class="source code"' in shown or "readme" in shown
    assert "<script>alert" not in shown
    assert "<svg onload" not in shown
    assert len(shown) < 6_000_000


def test_json_on_one_line_is_laid_out(client: Client) -> None:
    repo = hostile("config.json", json.dumps({"one": 1, "many": list(range(30)), "text": "模型 " * 20}))
    shown = look(client, "config.json", repo)
    assert ">30</pre>" not in shown
    assert "模型" in shown
    assert shown.count("\n") > 100


def test_json_that_was_laid_out_stays_as_it_was(client: Client) -> None:
    repo = hostile("config.json", '{\n "rate": 1e-5\n}\n')
    assert "1e-5" in look(client, "config.json", repo)


def test_markdown_and_settings_can_be_seen_as_they_were_written(client: Client) -> None:
    repo = shown_repo.published()
    commit = repo.refs.get(name="main").revision.commit
    shown = client.get(f"{BASE}/file/{commit}/README.md?as=text").content.decode()
    assert (
        "license: apache-2.0" in shown.replace("</span>", "").replace('<span class="nt">', "") or "apache-2.0" in shown
    )
    assert 'class="source code"' in shown


def test_many_tensors_are_read_in_pages(client: Client) -> None:
    header = {f"t{number:04d}": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]} for number in range(700)}
    text = json.dumps(header).encode()
    repo = hostile("model.safetensors", struct.pack("<Q", len(text)) + text + b"x")
    assert "t0699" not in look(client, "model.safetensors", repo)
    assert "t0699" in look(client, "model.safetensors?page=3", repo)


@pytest.mark.parametrize("path", ["nothing.txt", "figures", "../etc/passwd", "a\\b", "%00"])
def test_a_file_that_is_not_there_is_a_page_that_says_so(client: Client, path: str) -> None:
    commit = shown_repo.published().refs.get(name="main").revision.commit
    assert client.get(f"{BASE}/file/{commit}/{path}").status_code == 404


def test_bytes_that_are_not_held_are_not_looked_for(client: Client) -> None:
    repo = publish(shown_repo.zoo(), left_out=["model.safetensors"])
    shown = look(client, "model.safetensors", repo)
    assert "this hub does not hold the bytes" in shown
    assert "Download," not in shown


def test_bytes_that_the_store_lost_are_told_in_a_sentence(client: Client, own_store: Any) -> None:
    from hub.blobs.stores import store
    from hub.catalog.models import RepoFile

    repo = shown_repo.published()
    for file in RepoFile.objects.select_related("blob"):
        assert file.blob
        store().delete(file.blob.sha256)
    for path in ("config.json", "model.safetensors", "rows.parquet", "README.md", "weights.bin", "tokenizer.json"):
        assert 'class="note"' in look(client, path, repo)

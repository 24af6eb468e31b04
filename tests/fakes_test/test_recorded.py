"""The fake answers as the hub did when it was recorded."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes import FakeHub, FakeRepo, Synthetic, User
from tests.fakes.access import QUOTAS
from tests.fakes.answers import weak_etag
from tests.fakes.world import safetensors

from .asking import Answer, ask
from .comparing import differences

FOLDER = Path(__file__).parent.parent / "fakes" / "recorded"
SITE = "https://huggingface.co"
HEX40 = "[0-9a-f]{40}"
HEX64 = "[0-9a-f]{64}"
RATE = r'"(api|resolvers|pages)";r=\d+;t=\d+'
WHERE = r"https?://[^/>]+"
XET_LINKS = (
    rf'<{WHERE}/api/models/[^>]+/xet-read-token/{HEX40}>; rel="xet-auth", '
    rf'<{WHERE}/.*v1/reconstructions/{HEX64}>; rel="xet-reconstruction-info"'
)
# Both the recorded and the fake value have to match the same one of these.
SHAPES = {
    "etag": [r'W/"[0-9a-f]+-[A-Za-z0-9+/]{27}"', f'"{HEX40}"', f'"{HEX64}"'],
    "x-repo-commit": [HEX40],
    "x-linked-etag": [f'"{HEX64}"'],
    "x-linked-size": [r"\d+"],
    "x-xet-hash": [HEX64],
    "content-length": [r"\d+"],
    "ratelimit": [RATE],
    "date": [r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"],
    "x-request-id": [r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}(;.+)?"],
    "x-total-count": [r"\d+"],
    "x-xet-access-token": [r".+"],
    "x-xet-cas-url": [WHERE + ".*"],
    "x-xet-token-expiration": [r"\d+"],
    "location": [
        rf"/api/resolve-cache/models/[^/]+/[^/]+/{HEX40}/[^?]+\?(%2F\S+)=&etag=%22{HEX40}%22",
        rf"{WHERE}/xet-bridge-us/[^/]+/{HEX64}\?.+",
        r"/api/models/.+",
    ],
    "link": [
        XET_LINKS,
        rf'<{WHERE}/api/[^>]+&cursor=[A-Za-z0-9_%-]+>; rel="next"',
        rf'<{WHERE}/api/[^>]+\?p=1&limit=1>; rel="next"',
    ],
}
# These have to be the same, once the address of the hub is put aside.
EXACT = [
    "content-type",
    "x-error-code",
    "x-error-message",
    "www-authenticate",
    "accept-ranges",
    "cache-control",
    "vary",
    "content-disposition",
    "content-security-policy",
    "cross-origin-opener-policy",
    "referrer-policy",
    "access-control-max-age",
    "x-powered-by",
    "access-control-allow-origin",
    "ratelimit-policy",
]
# What a whole recording does not have, the fake must not have either.
TELLING = [
    "etag",
    "x-repo-commit",
    "x-error-code",
    "x-error-message",
    "x-linked-etag",
    "x-linked-size",
    "x-xet-hash",
    "location",
    "link",
    "www-authenticate",
    "accept-ranges",
    "cache-control",
    "content-disposition",
]
# Things that the fake does not know about a model.
UNKNOWN = {"mask_token", "widgetData", "inference", "transformersInfo", "tokenizer_config", "I64"}

CALLERS = {
    "gated-auth-check-not-authorized-403": "outsider",
    "gated-auth-check-pending-403": "applicant",
    "gated-resolve-HEAD-lfs-owner-302": "OwnerOfTheGatedModel",
    "gated-resolve-HEAD-not-authorized-403": "outsider",
    "gated-resolve-config-owner-200": "OwnerOfTheGatedModel",
    "gated-resolve-not-authorized-403": "outsider",
    "gated-resolve-pending-403": "applicant",
    "raw-README-owner-200": "Orosius",
    "whoami-v2-200": "OwnerOfTheGatedModel",
    "whoami-v2-bad-token-401": "stranger",
    "xet-private-model-revision-main": "wzshiming",
    "xet-read-token-200": "wzshiming",
    "xet-resolve-GET-lfs-302": "wzshiming",
    "xet-resolve-GET-regular-200": "wzshiming",
    "xet-resolve-HEAD-lfs-302": "wzshiming",
    "xet-resolve-HEAD-missing-file-404": "wzshiming",
    "xet-resolve-HEAD-private-badtoken-401": "stranger",
    "xet-resolve-HEAD-regular-200": "wzshiming",
    "xet-tree-recursive": "wzshiming",
}
# Bodies that were kept in another form than that of an answer to this very address.
LOOSE_BODIES = {
    "api-model-revision-blobs_mcpotato--42-eicar-street": "the test that holds it leaves keys out",
    "api-models-listing-trending_2026-08": "the keys are those of a request with expand",
}
NOT_REPLAYED = {
    "rate-limited-429-headers_huggingface_hub-issue-3553": "only two headers, of an unknown address",
    "api-json-200-http1.1-wire-casing": "headers of an unknown address",
}


def recorded(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return data


def replayed() -> list[str]:
    return [path.stem for path in sorted(FOLDER.glob("*.json")) if path.stem not in NOT_REPLAYED]


def has_json(said: dict[str, Any]) -> bool:
    return isinstance(said["body"], dict | list)


def has_text(said: dict[str, Any]) -> bool:
    """Texts of the hub's own: not the content of a file, and not a signed address."""
    return isinstance(said["body"], str) and said["body"] != "" and said["status"] not in (200, 302)


def gated(repo_id: str, files: dict[str, Any], **options: Any) -> FakeRepo:
    return FakeRepo(repo_id, files, **{"gated": "manual", "card": {"license": "mit"}, **options})


def repos() -> Iterator[FakeRepo]:
    weights = Synthetic(1 << 10)
    small = {"checkpoint-0/config.json": "{}", "checkpoint-0/generation_config.json": "{}"}
    checkpoint = {".gitattributes": "* text", "README.md": "x", **small, "checkpoint-0/model.safetensors": weights}
    yield gated("OwnerOfTheGatedModel/tiny-gated-model", checkpoint)
    yield gated("Orosius/deltanet-mla-latent", {"README.md": "---\nlicense: mit\n---\n"})
    yield gated("meta-llama/Llama-3.2-1B", {"README.md": "x", "config.json": "{}"})
    yield gated("meta-llama/Llama-3.1-8B", {"config.json": "{}"}, aliases=["meta-llama/Meta-Llama-3.1-8B"])
    old = ["meta-llama/Meta-Llama-3.1-8B-Instruct"]
    yield gated("meta-llama/Llama-3.1-8B-Instruct", {"config.json": "{}"}, aliases=old)
    yield gated("bigcode/starcoder", {"config.json": "{}"}, gated="auto")
    pair = {"regression/ref-lfs.bin": weights, "regression/ref-regular.txt": "text"}
    yield FakeRepo(
        "wzshiming/test", pair, private=True, details={"cardData": {}, "library_name": "x", "pipeline_tag": "x"}
    )
    yield FakeRepo("Qwen/Qwen3-32B", {"config.json": "{}"})
    yield FakeRepo("Jackrong/Qwopus3.6-27B-v1-preview", {"README.md": "x"})
    yield FakeRepo("Xenova/all-MiniLM-L6-v2", {"onnx/model_quantized.onnx": weights})
    yield FakeRepo("ggerganov/whisper.cpp", {"ggml-tiny.bin": weights})
    yield FakeRepo("Qwen/Qwen3.5-0.8B-Base", {"config.json": "{}"})
    yield FakeRepo("mistralai/Mistral-7B-v0.1", {"config.json": "{}"})
    gpt2 = FakeRepo("openai-community/gpt2", {"config.json": "{}"}, card={"pipeline_tag": "text-generation"})
    gpt2.commit({"config.json": "{ }"})
    yield gpt2
    yield FakeRepo("google-t5/t5-small", {"config.json": "{}"}, aliases=["t5-small"])
    card = {"license": "apache-2.0", "library_name": "sentence-transformers", "pipeline_tag": "sentence-similarity"}
    bert = json.dumps({"architectures": ["BertModel"], "model_type": "bert"})
    yield FakeRepo(
        "sentence-transformers/all-MiniLM-L6-v2", {"config.json": bert, "model.safetensors": safetensors(16)}, card=card
    )
    figure = {"assets/dflash2-figure.png": weights, "config.json": "{}", "model.safetensors": weights}
    yield FakeRepo("z-lab/Qwen3.8-27B-DFlash2", figure)
    yield FakeRepo("mcpotato/42-eicar-street", {"danger.dat": "x", "pytorch_model.bin": weights})
    yield FakeRepo("Genentech/compbiobench-data-v1", {"README.md": "x"}, kind="dataset")
    music = {"library_name": "diffusers", "pipeline_tag": "text-to-audio"}
    yield FakeRepo("MiniMaxAI/MiniMax-Music3", {"README.md": "x"}, card=music)
    yield FakeRepo("MiniMaxAI/MiniMax-Older", {"README.md": "x"}, card=music)
    chan = {"pipeline_tag": "text-generation", "license": "apache-2.0"}
    yield FakeRepo("ykilcher/gpt-4chan", {"README.md": "x"}, card=chan, gated="auto", disabled=True)


@pytest.fixture(scope="module")
def hub() -> Iterator[FakeHub]:
    with FakeHub(repos(), quotas=QUOTAS) as hub:
        for name in ("OwnerOfTheGatedModel", "Orosius", "wzshiming", "outsider"):
            hub.add_user(name)
        hub.add_user("applicant", pending=["OwnerOfTheGatedModel/tiny-gated-model"])
        yield hub


def replay(hub: FakeHub, name: str) -> Answer:
    """The recorded request, with the commit of the fake in place of the recorded one."""
    said = recorded(name)
    path = said["url"].removeprefix(SITE)
    if commit := re.search(f"/({HEX40})(/|\\?|$)", path):
        repo = next(repo for repo in hub.catalogue.of_kind("model") if f"/{repo.id}/" in path)
        path = path.replace(commit.group(1), repo.head.oid)
    caller = CALLERS.get(name)
    users = {user.name: user for user in hub.gate.users.values()}
    user = users.get(caller, User(caller, "hf_nobody")) if caller else None
    return ask(hub.url + path, said["method"], user=user)


def headers_of(said: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): values[0] for name, values in said["response_headers"].items()}


def shape_of(name: str, value: str) -> int | str:
    for number, shape in enumerate(SHAPES[name]):
        if re.fullmatch(shape, value):
            return number
    return f"no known shape: {value}"


@pytest.mark.parametrize("name", replayed())
def test_status_and_headers_are_those_recorded(hub: FakeHub, name: str) -> None:
    said, answer = recorded(name), replay(hub, name)
    assert answer.status == said["status"]
    for header, value in headers_of(said).items():
        if header in SHAPES:
            assert shape_of(header, answer[header]) == shape_of(header, value), header
        elif header in EXACT and not is_of_another_time(said, header):
            assert answer[header].replace(hub.url, SITE) == value, header
        assert header in answer or is_of_another_time(said, header) or header not in {*SHAPES, *EXACT}, header


def is_of_another_time(said: dict[str, Any], header: str) -> bool:
    """Answers of 2025 said some things in other words."""
    return "2026" not in str(said["recorded"]) and header in ("access-control-expose-headers", "access-control-max-age")


@pytest.mark.parametrize("name", [name for name in replayed() if recorded(name)["kind"].startswith("full")])
def test_a_header_missing_from_a_whole_recording_is_missing_here_too(hub: FakeHub, name: str) -> None:
    said, answer = headers_of(recorded(name)), replay(hub, name)
    assert [header for header in TELLING if header in answer and header not in said] == []


@pytest.mark.parametrize("name", [name for name in replayed() if has_json(recorded(name)) and name not in LOOSE_BODIES])
def test_json_bodies_have_the_keys_and_types_recorded(hub: FakeHub, name: str) -> None:
    assert differences(recorded(name)["body"], replay(hub, name).json, UNKNOWN) == []


def test_files_with_their_blobs_have_the_keys_recorded(hub: FakeHub) -> None:
    name = "api-model-revision-blobs_mcpotato--42-eicar-street"
    assert differences(recorded(name)["body"]["siblings"], replay(hub, name).json["siblings"], UNKNOWN) == []


@pytest.mark.parametrize("name", [name for name in replayed() if has_text(recorded(name))])
def test_text_bodies_are_the_words_recorded(hub: FakeHub, name: str) -> None:
    assert replay(hub, name).text.replace(hub.url, SITE) == recorded(name)["body"]


@pytest.mark.parametrize("name", ["gated-tree-lfs-masked-anonymous-200", "gated-api-model-info-anonymous-200"])
def test_the_weak_etag_is_computed_as_the_hub_computes_it(name: str) -> None:
    said = recorded(name)
    body = json.dumps(said["body"], separators=(",", ":"), ensure_ascii=False).encode()
    assert weak_etag(body) == headers_of(said)["etag"]


def test_header_names_have_the_letter_case_of_the_hub(hub: FakeHub) -> None:
    said = list(recorded("api-json-200-http1.1-wire-casing")["response_headers"])
    connection = http.client.HTTPConnection(urlsplit(hub.url).netloc)
    connection.request("GET", "/api/models")
    names = [name for name, _ in connection.getresponse().getheaders()]
    connection.close()
    known = {name.lower() for name in said}
    assert [name for name in names if name.lower() in known and name not in said] == []

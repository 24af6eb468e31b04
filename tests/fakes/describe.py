"""What the hub tells about a repository: its tags, its details, its tree entries."""

from __future__ import annotations

import json
import struct
from datetime import datetime
from functools import lru_cache
from typing import Any

from .content import Commit, FakeRepo, RepoFile
from .routes import Query

MASK = "*" * 64
# The order in which the hub writes the keys of a model; datasets and spaces have fewer of them.
ORDER = [
    "_id",
    "id",
    "author",
    "private",
    "gated",
    "disabled",
    "lastModified",
    "sha",
    "pipeline_tag",
    "library_name",
    "tags",
    "citation",
    "description",
    "downloads",
    "downloadsAllTime",
    "likes",
    "trendingScore",
    "modelId",
    "model-index",
    "config",
    "cardData",
    "transformersInfo",
    "host",
    "subdomain",
    "sdk",
    "runtime",
    "siblings",
    "spaces",
    "models",
    "datasets",
    "createdAt",
    "safetensors",
    "usedStorage",
    "baseModels",
    "childrenModelCount",
    "securityRepoStatus",
]
DEFAULT_KEYS = {
    "model": "_id id private pipeline_tag library_name tags downloads likes modelId author sha lastModified gated"
    " disabled model-index config cardData transformersInfo siblings spaces createdAt safetensors usedStorage",
    "dataset": "_id id author sha lastModified private gated disabled tags citation description downloads likes"
    " cardData siblings createdAt usedStorage",
    "space": "_id id author sha lastModified private gated disabled host subdomain tags likes sdk runtime cardData"
    " siblings models datasets createdAt usedStorage",
}
LISTED_KEYS = {
    "model": "_id id likes private downloads tags pipeline_tag library_name createdAt modelId",
    "dataset": "_id id author disabled gated lastModified likes private sha description downloads tags createdAt",
    "space": "_id id likes private sdk tags createdAt",
}
FULL_KEYS = "author gated lastModified sha siblings"


def stamp(date: datetime) -> str:
    return date.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def as_list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def tags_of(repo: FakeRepo) -> list[str]:
    """The tags that the hub makes of a model card."""
    card, details = repo.card, repo.details
    library = details.get("library_name", card.get("library_name"))
    pipeline = details.get("pipeline_tag", card.get("pipeline_tag"))
    formats = {
        suffix for path in repo.head.files for suffix in ("safetensors", "gguf", "onnx") if path.endswith(suffix)
    }
    tags = [*as_list(library), *sorted(formats), *as_list(card.get("tags")), *as_list(pipeline)]
    tags += as_list(card.get("language"))
    for prefix, key in (("dataset", "datasets"), ("arxiv", "arxiv"), ("base_model", "base_model")):
        tags += [f"{prefix}:{value}" for value in as_list(card.get(key))]
    relation = card.get("base_model_relation", "finetune")
    tags += [f"base_model:{relation}:{value}" for value in as_list(card.get("base_model"))]
    tags += [f"license:{value}" for value in as_list(card.get("license"))]
    tags += [f"{key}:{value}" for key in ("task_categories", "size_categories") for value in as_list(card.get(key))]
    return list(dict.fromkeys([*tags, "region:us"]))


def facts(repo: FakeRepo, commit: Commit, blobs: bool = False) -> dict[str, Any]:
    """Everything the hub knows about a repository at a commit; None stands for a key it would leave out."""
    card = repo.card
    known: dict[str, Any] = {
        "_id": repo.internal_id,
        "id": repo.id,
        "author": repo.namespace or None,
        "private": repo.private,
        "gated": repo.gated,
        "disabled": repo.disabled,
        "lastModified": stamp(repo.head.date),
        "sha": commit.oid,
        "pipeline_tag": card.get("pipeline_tag"),
        "library_name": card.get("library_name"),
        "tags": tags_of(repo),
        "downloads": repo.downloads,
        "downloadsAllTime": repo.downloads,
        "likes": repo.likes,
        "trendingScore": repo.trending,
        "modelId": repo.id,
        "cardData": card or None,
        "siblings": [sibling(path, file, blobs) for path, file in sorted(commit.files.items())],
        "createdAt": stamp(repo.created),
        "usedStorage": used_storage(commit),
        **_facts_of_kind(repo, commit),
    }
    return known | repo.details


def _facts_of_kind(repo: FakeRepo, commit: Commit) -> dict[str, Any]:
    if repo.kind == "model":
        return {
            "config": config_of(commit),
            "spaces": [],
            "safetensors": safetensors_of(commit),
            "transformersInfo": {"auto_model": "AutoModel"}
            if repo.card.get("library_name") == "transformers"
            else None,
            "childrenModelCount": {"adapter": 0, "merge": 0, "quantized": 0, "finetune": 0},
            "baseModels": base_models(repo),
        }
    if repo.kind == "space":
        name = repo.id.replace("/", "-").lower()
        return {
            "host": f"https://{name}.space.invalid",
            "subdomain": name,
            "sdk": repo.card.get("sdk", "static"),
            "runtime": {"stage": "RUNNING", "hardware": {"current": None, "requested": None}},
            "models": [],
            "datasets": [],
        }
    return {}


def base_models(repo: FakeRepo) -> dict[str, Any] | None:
    models = as_list(repo.card.get("base_model"))
    if not models:
        return None
    return {
        "relation": repo.card.get("base_model_relation", "finetune"),
        "models": [{"id": one} for one in models],
    }


def chosen(known: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    """The keys asked for that have a value; only model-index is sent without one."""
    return {
        key: known.get(key) for key in ORDER if key in keys and (known.get(key) is not None or key == "model-index")
    }


def details(repo: FakeRepo, commit: Commit, query: Query) -> dict[str, Any]:
    known = facts(repo, commit, blobs=query.flag("blobs"))
    if expand := query.all("expand"):
        return chosen(known, {"_id", "id", *expand})
    keys = set(DEFAULT_KEYS[repo.kind].split())
    if query.flag("securityStatus"):
        known["securityRepoStatus"] = security_status(repo)
        keys.add("securityRepoStatus")
    return chosen(known, keys)


def listed(repo: FakeRepo, query: Query) -> dict[str, Any]:
    known = facts(repo, repo.head)
    # The score is told where it decides the order, also to those who did not ask for it.
    score = {"trendingScore"} if query.get("sort", "trendingScore") in ("trendingScore", "trending_score") else set()
    if expand := query.all("expand"):
        return chosen(known, {"_id", "id", *score, *expand})
    keys = set(LISTED_KEYS[repo.kind].split()) | score
    if query.flag("full"):
        keys |= set(FULL_KEYS.split())
    keys |= {key for key in ("config", "cardData") if query.flag(key)}
    return chosen(known, keys)


def security_status(repo: FakeRepo) -> dict[str, Any]:
    return {
        "scansDone": True,
        "filesWithIssues": [{"path": path, "level": "unsafe"} for path in repo.unsafe_files],
    }


def file_security(status: str) -> dict[str, Any]:
    """Clients read the two scans without looking whether they are there."""
    pickles = {"status": "unscanned", "pickleImports": [], "version": "0.0.0"}
    return {"status": status, "avScan": {"status": status, "version": "1"}, "pickleImportScan": pickles}


def used_storage(commit: Commit) -> int:
    return sum({file.oid: file.size for file in commit.files.values() if file.lfs}.values())


@lru_cache(maxsize=256)
def config_of(commit: Commit) -> dict[str, Any]:
    file = commit.files.get("config.json")
    try:
        config = json.loads(file.source.read(0, file.size)) if file else {}
    except ValueError:
        return {}
    return {key: config[key] for key in ("architectures", "model_type") if key in config}


@lru_cache(maxsize=256)
def safetensors_of(commit: Commit) -> dict[str, Any] | None:
    """Counts the parameters by type from the headers of the safetensors files, as the hub does."""
    parameters: dict[str, int] = {}
    for path, file in commit.files.items():
        if path.endswith(".safetensors"):
            for dtype, count in _parameters(file):
                parameters[dtype] = parameters.get(dtype, 0) + count
    return {"parameters": parameters, "total": sum(parameters.values())} if parameters else None


def _parameters(file: RepoFile) -> list[tuple[str, int]]:
    start = file.source.read(0, 8) if file.size > 8 else b""
    length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
    if not 2 <= length <= min(file.size - 8, 1 << 20):
        return []
    try:
        header: dict[str, Any] = json.loads(file.source.read(8, length))
    except ValueError:
        return []
    tensors = [tensor for name, tensor in header.items() if name != "__metadata__"]
    return [(str(tensor["dtype"]), _product(tensor["shape"])) for tensor in tensors]


def _product(shape: list[int]) -> int:
    total = 1
    for number in shape:
        total *= number
    return total


def sibling(path: str, file: RepoFile, blobs: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"rfilename": path}
    if blobs:
        entry |= {"blobId": file.oid, "size": file.size}
        if file.lfs:
            entry["lfs"] = {"sha256": file.source.sha256, "size": file.size, "pointerSize": len(file.pointer)}
    return entry


def file_entry(path: str, file: RepoFile, masked: bool, xet: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "oid": file.oid, "size": file.size}
    if file.lfs:
        sha256 = MASK if masked else file.source.sha256
        entry["lfs"] = {"oid": sha256, "size": file.size, "pointerSize": len(file.pointer)}
        if xet:
            entry["xetHash"] = MASK if masked else file.xet_hash
    return entry | {"path": path}


def directory_entry(path: str, oid: str) -> dict[str, Any]:
    return {"type": "directory", "oid": oid, "size": 0, "path": path}


def expanded(entry: dict[str, Any], repo: FakeRepo, commit: Commit) -> dict[str, Any]:
    change = commit.last_change_of(entry["path"])
    entry["lastCommit"] = {
        "id": change.oid,
        "title": change.message.split("\n")[0],
        "date": stamp(change.date),
    }
    if entry["type"] == "file":
        entry["securityFileStatus"] = file_security("unsafe" if entry["path"] in repo.unsafe_files else "safe")
    return entry

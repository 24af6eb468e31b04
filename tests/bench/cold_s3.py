"""Cold `manage.py mirror --wait` into a real S3 server, beside what a person would do: download, check, copy."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.services.ceph import CephGateway
from tests.services.s3 import REGION

from .client import VERSION as CLIENT_VERSION
from .environments import program
from .findings import Comparison, Finding, Limit, Sample
from .ground import Ground, settle_disk, size_words
from .hub import hub
from .process import clean_environment, fetch
from .rounds import side_by_side
from .upstream import REPO, Upstream, upstream

AWS_VERSION = "1.46.3"
MOST_MIB = 400


def measure(ground: Ground) -> Iterator[Finding]:
    """By hand a file is written, read to hash it, and read again to send it."""
    sizes = ground.sizes
    for what, groups, goal in (
        (f"1 x {size_words(sizes.cold)}", f"1x{sizes.cold}B", 1.0),
        (f"{sizes.shards} x {size_words(sizes.shard)}", f"{sizes.shards}x{sizes.shard}B", 0.5),
        (f"{sizes.cold_small:,} x 20 KiB", f"{sizes.cold_small}x20KiB", 0.5),
    ):
        with upstream(ground, groups) as source:
            yield from compare(ground, source, what, goal)


def compare(ground: Ground, source: Upstream, what: str, goal: float) -> Iterator[Finding]:
    memory: list[float] = []
    program("huggingface_hub", CLIENT_VERSION, "hf")
    program("awscli", AWS_VERSION, "aws")
    sums = _sums(source)

    def mirror() -> float:
        with CephGateway() as s3:
            more = {"HUB_STORE_URL": s3.store_url(_bucket(s3)), **s3.environment}
            with hub(ground, source, more=more) as ours:
                settle_disk()
                seconds = ours.mirror()
                memory.append(ours.worker_mib())
                return seconds

    def by_hand() -> float:
        with CephGateway() as s3, ground.folder("by-hand") as folder:
            bucket = _bucket(s3)
            settle_disk()
            return _by_hand(source, folder, sums, s3, bucket)

    samples = side_by_side(mirror, by_hand, ground.rounds)
    title = f"Cold into Ceph RGW, {what}: manage.py mirror --wait / hf download, sha256sum -c, aws s3 cp --recursive"
    yield Comparison(title, *samples, goal=goal, more_is_better=False)
    yield Limit(
        f"Cold into Ceph RGW, {what}: most memory of the worker", Sample(tuple(memory)), most=MOST_MIB, unit=" MiB"
    )


def _bucket(s3: CephGateway) -> str:
    """A fresh one. With its first upload in parts a cluster makes a pool, which takes a second: before the clock runs,
    for either side."""
    bucket = s3.new_bucket()
    begun = s3.client().create_multipart_upload(Bucket=bucket, Key="first")
    s3.client().abort_multipart_upload(Bucket=bucket, Key="first", UploadId=begun["UploadId"])
    return bucket


def _by_hand(source: Upstream, folder: Path, sums: str, s3: CephGateway, bucket: str) -> float:
    """Seconds of the three commands, their starts included."""
    target = folder / "files"
    (folder / "sums").write_text(sums)
    environment = {
        "HF_ENDPOINT": source.url,
        "HF_HOME": str(folder / "home"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "AWS_DEFAULT_REGION": REGION,
        **s3.environment,
    }
    hf, aws = program("huggingface_hub", CLIENT_VERSION, "hf"), program("awscli", AWS_VERSION, "aws")
    copy = [aws, "--endpoint-url", s3.endpoint, "s3", "cp", "--recursive", "--only-show-errors", ".", f"s3://{bucket}/"]
    started = time.monotonic()
    _run([hf, "download", REPO, "--local-dir", target], folder, environment)
    _run(["sha256sum", "--check", "--quiet", folder / "sums"], target, environment)
    _run([str(word) for word in copy], target, environment)
    return time.monotonic() - started


def _run(command: list[str | Path] | list[str], folder: Path, environment: dict[str, str]) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, env=clean_environment(environment), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{Path(words[0]).name} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")


def _sums(source: Upstream) -> str:
    """What `sha256sum -c` reads: upstream's digest where it tells one, that of the bytes for plain git files."""
    tree = json.loads(fetch(f"{source.url}/api/models/{REPO}/tree/main?recursive=true"))
    lines = []
    for entry in tree:
        if entry["type"] != "file":
            continue
        path = entry["path"]
        sha256 = (entry.get("lfs") or {}).get("oid") or _sha256(f"{source.url}/{REPO}/resolve/main/{path}")
        lines.append(f"{sha256}  {path}\n")
    return "".join(lines)


def _sha256(url: str) -> str:
    return hashlib.sha256(fetch(url)).hexdigest()

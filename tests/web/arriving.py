"""Rows of files that are on their way in, and of the workers that bring them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from hub.catalog.models import Repo, RepoFile, Revision
from hub.mirroring.models import Request, Transfer, Worker
from tests import people

MIB = 1 << 20


def a_transfer(number: int, **columns: Any) -> Transfer:
    row = {
        "digest": f"sha256:{number:064x}",
        "size": 100 * MIB,
        "upstream": people.upstream(),
        "kind": "model",
        "repo_id": "acme/large",
        "path": f"model-{number:05}.safetensors",
    }
    return Transfer.objects.create(**{**row, **columns})


def running(number: int, worker: Worker, **columns: Any) -> Transfer:
    """A worker has it, and half of it is here."""
    lease = {
        "lease_owner": f"{worker.host}:{worker.pid}:{number:012x}",
        "lease_until": timezone.now() + timedelta(minutes=1),
    }
    return a_transfer(number, **{"received": 50 * MIB, "bytes_per_second": 10 * MIB, **lease, **columns})


def failed(number: int, **columns: Any) -> Transfer:
    told = {"error_code": "RepoMissing", "error": "huggingface has no such file. Look whether it was moved."}
    return a_transfer(number, **{"state": "failed", "finished_at": timezone.now(), **told, **columns})


def a_worker(pid: int = 17, host: str = "mule-1") -> Worker:
    return Worker.objects.create(name=f"{host}:{pid}:abc", host=host, pid=pid, queues="large small", doing="large 2")


def a_wish(numbers: list[int], repo_id: str = "acme/large", **columns: Any) -> Request:
    """A request that waits for the files of these transfers, and for nothing else."""
    namespace, name = repo_id.split("/")
    repo, _ = Repo.objects.get_or_create(
        upstream=people.upstream(), kind="model", key=repo_id.lower(), defaults={"namespace": namespace, "name": name}
    )
    revision = Revision.objects.create(repo=repo, commit=f"{len(repo_id)}{numbers[0]}".zfill(40))
    sizes = dict(Transfer.objects.values_list("digest", "size"))
    for position, number in enumerate(numbers):
        RepoFile.objects.create(
            revision=revision,
            position=position,
            path=f"{number}.bin",
            size=sizes.get(f"sha256:{number:064x}", 100 * MIB),
            sha256=f"{number:064x}",
        )
    return people.request(repo_id, **{"state": "fetching", "revision": revision, **columns})

"""A certificate that only the company vouches for, and a proxy that must not be asked for the hub: what tools read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.needed import installed_or_skip
from tests.journeys.clients import VERSIONS, digests_below
from tests.journeys.running import RunningHub
from tests.services.authority import Authority
from tests.services.needed import program_or_skip

from .conftest import Held
from .shelf import Shelf
from .told import python, run

FILE = "tiny-Q4_K_M.gguf"
NOWHERE = "http://127.0.0.1:9"
"""A proxy that answers nobody."""
DOWNLOAD = f"""
    import json
    from huggingface_hub import hf_hub_download
    print(json.dumps(hf_hub_download("tools/tiny-GGUF", {FILE!r}, local_dir=".")))
"""
TRUSTED_BY = {"0.36.2": "REQUESTS_CA_BUNDLE", "1.33.0": "SSL_CERT_FILE", "2.4.0": "SSL_CERT_FILE"}


@pytest.mark.parametrize("version", VERSIONS)
def test_huggingface_hub_trusts_an_authority_that_a_variable_names(
    version: str, certified: str, authority: Authority, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    repo, folder = held(shelf.quantized), installed_or_skip(f"hub-{version}")
    home = next(homes)
    trusting = {TRUSTED_BY[version]: str(authority.root)}
    assert python(folder, DOWNLOAD, home, HF_ENDPOINT=certified, **trusting).code == 0
    assert digests_below(home)[FILE] == repo.digests[FILE]
    distrusting = python(folder, DOWNLOAD, next(homes), HF_ENDPOINT=certified)
    assert distrusting.code != 0


@pytest.mark.parametrize(
    ("program", "options"),
    [("curl", "-fsSL -o {file} --cacert {root}"), ("wget", "-q -O {file} --ca-certificate={root}")],
    ids=["curl", "wget"],
)
def test_a_downloader_takes_the_authority_as_an_option(
    program: str, options: str, certified: str, authority: Authority, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    repo, home = held(shelf.quantized), next(homes)
    address = f"{certified}/{repo.id}/resolve/main/{FILE}"
    path = program_or_skip(program, program)
    told = run([path, *options.format(file=FILE, root=authority.root).split(), address], home)
    assert told.code == 0, told.words
    assert digests_below(home)[FILE] == repo.digests[FILE]
    assert run([path, address], next(homes)).code != 0


def test_node_trusts_an_authority_that_a_variable_names(
    certified: str, authority: Authority, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    held(shelf.quantized)
    node = program_or_skip("node", "nodejs")
    script = "const got = await fetch(process.env.HUB + '/api/models/tools/tiny-GGUF'); console.log(got.status);"
    command = [node, "--input-type=module", "-e", script]
    assert run(command, next(homes), HUB=certified, NODE_EXTRA_CA_CERTS=str(authority.root)).value == 200
    assert run(command, next(homes), HUB=certified).code != 0


@pytest.mark.parametrize("version", VERSIONS)
def test_a_proxy_is_passed_by_where_the_hub_is_named_in_no_proxy(
    version: str, hub: RunningHub, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    repo, folder = held(shelf.quantized), installed_or_skip(f"hub-{version}")
    home, proxies = next(homes), {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "http_proxy": NOWHERE}
    by = python(folder, DOWNLOAD, home, HF_ENDPOINT=hub.url, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1", **proxies)
    assert by.code == 0, by.words
    assert digests_below(home)[FILE] == repo.digests[FILE]
    assert python(folder, DOWNLOAD, next(homes), HF_ENDPOINT=hub.url, **proxies).code != 0

"""The image without a container engine: its steps, then a hub of it, as nobody, that writes only where it may."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.image import NOBODY, Image
from tests.fakes import FakeHub, world
from tests.journeys.processes import Running, free_port, until

pytestmark = pytest.mark.journey
REPO = "acme/tiny"


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # Not below pytest's own folder, which is closed to whoever the image runs as.
    folder = Path(tempfile.mkdtemp(prefix="entrepot-image-"))
    folder.chmod(0o755)
    built = Image(folder)
    try:
        built.build()
        (folder / "tmp").mkdir()
        if not os.geteuid():
            os.chown(folder / "tmp", NOBODY, NOBODY)
        yield built
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        world.populate(hub)
        yield hub


@pytest.fixture(scope="module")
def hub(image: Image, upstream: FakeHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Running]]:
    """Its address, and `serve`."""
    port = free_port()
    environment = image.environment(
        HUB_PORT=str(port),
        HUB_HUGGINGFACE_URL=upstream.url,
        HUB_UPSTREAM_HOSTS="127.0.0.1 127.0.0.2",
        HUB_LOG_FORMAT="json",
        HUB_WEB_WORKERS="2",
    )
    log = tmp_path_factory.mktemp("image") / "hub.log"
    serve = Running("image", image.command("serve", "--quiet"), environment, log)
    address = f"http://127.0.0.1:{port}"
    try:
        until("the hub of the image is ready", lambda: _ready(serve, address))
        yield address, serve
    finally:
        serve.end()


def _ready(serve: Running, address: str) -> bool:
    assert serve.is_alive(), serve.tail()
    try:
        with urllib.request.urlopen(f"{address}/-/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=120) as answer:
        return bytes(answer.read())


def metric(address: str, series: str) -> float:
    for line in read(f"{address}/-/metrics").decode().splitlines():
        if line.startswith(f"{series} "):
            return float(line.rpartition(" ")[2])
    return 0.0


def test_a_model_is_pulled_through_it(hub: tuple[str, Running], upstream: FakeHub) -> None:
    address, _ = hub
    path = f"/{REPO}/resolve/main/config.json"
    assert read(address + path) == read(upstream.url + path)


def test_one_scrape_tells_of_both_web_processes_and_of_the_worker(hub: tuple[str, Running]) -> None:
    address, _ = hub
    read(f"{address}/{REPO}/resolve/main/config.json")
    series = 'entrepot_answers_total{route="resolve",status="200"}'
    before = metric(address, series)
    for _ in range(40):
        read(f"{address}/{REPO}/resolve/main/config.json")
    # The other process tells what it counted within five seconds.
    until("all are counted", lambda: metric(address, series) >= before + 40, 60)
    until("the worker's bytes", lambda: metric(address, 'entrepot_fetched_bytes_total{upstream="huggingface"}') > 0, 60)
    assert metric(address, 'entrepot_transfers_ended_total{outcome="done"}') > 0
    assert metric(address, "entrepot_stored_bytes") > 0


def test_its_health_check_says_so(hub: tuple[str, Running], image: Image) -> None:
    address, _ = hub
    port = address.rpartition(":")[2]
    python = str(image.folder / "opt/entrepot/bin/python")
    for number, expected in ((port, 0), (str(free_port()), 1)):
        done = subprocess.run(
            [python, "-c", image.health_command()],
            env=image.environment(HUB_PORT=number),
            capture_output=True,
            check=False,
        )
        assert done.returncode == expected, done.stderr


def test_every_line_of_its_log_is_json_and_holds_no_secret(hub: tuple[str, Running], image: Image) -> None:
    address, serve = hub
    read(f"{address}/{REPO}/resolve/main/config.json")
    lines = [json.loads(line) for line in serve.text().splitlines()]
    assert {"time", "level", "logger", "message", "worker"} <= set(lines[0])
    key = (image.folder / "data" / "secret_key").read_text().strip()
    assert key not in serve.text()


@pytest.mark.skipif(bool(os.geteuid()), reason="only root can give the files to somebody else")
def test_it_writes_below_data_and_tmp_alone(hub: tuple[str, Running], image: Image) -> None:
    own = [path for path in image.folder.rglob("*") if path.lstat().st_uid == NOBODY]
    assert own
    places = {path.relative_to(image.folder).parts[0] for path in own}
    assert places <= {"data", "tmp"}


def test_there_is_no_compiler_no_pip_and_nothing_of_the_checkout_but_the_program(image: Image) -> None:
    assert not (image.folder / "opt/entrepot/bin/pip").exists()
    shipped = {path.name for path in (image.folder / "app").iterdir()} - {"__pycache__"}
    assert shipped == {"deploy", "hub", "manage.py", "workers"}
    deploy = {path.name for path in (image.folder / "app/deploy").iterdir() if path.is_file()}
    assert deploy == {"gunicorn.conf.py", "starter-catalog.yaml"}

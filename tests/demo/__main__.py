"""`python -m tests.demo [stop]`: a stand-in upstream, a hub of its own, and a developer at a terminal.

Every step is the command that a person would type; what it prints is shown as it comes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.clients.install import MINILM, NotInstalled, installed
from tests.fakes import world
from tests.journeys.processes import free_port, plain_environment

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "demo"
BIN = Path(sys.executable).parent
STATE = FOLDER / "running.json"
RATE = "6MiB"
"""Of each connection to the upstream, so that there is a progress bar to see."""


class Upstream:
    """The stand-in for Hugging Face, left running in the background."""

    def __init__(self, model: Path | None) -> None:
        log = FOLDER / "upstream.log"
        options = ["--world", "--rate", RATE, *(["--minilm", str(model)] if model else [])]
        command = [sys.executable, "-m", "tests.fakes.huggingface", *options]
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )
        self.url, self.control = _addresses(log)

    def asked(self) -> int:
        with urllib.request.urlopen(f"{self.control}/requests", timeout=30) as answer:
            return len(json.load(answer))


def _addresses(log: Path) -> tuple[str, str]:
    for _ in range(300):
        text = log.read_text()
        if found := re.search(r"^control (\S+)$", text, re.MULTILINE):
            return text.splitlines()[0], found[1]
        time.sleep(0.1)
    raise SystemExit(f"The stand-in upstream did not start:\n{log.read_text()}")


def say(text: str) -> None:
    print(f"\n\033[1m# {text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)


def run(env: dict[str, str], *command: str, fails: bool = False) -> None:
    """Shows a command and what it prints. Ends the demo where it does not end as it should."""
    shown = " ".join(Path(part).name if part.startswith(str(BIN)) else part for part in command)
    print(f"$ {shown}", flush=True)
    code = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode
    if bool(code) is not fails:
        raise SystemExit(f"That ended with code {code}, which it should not. Stop all with: make demo ARGS=stop")


def stop() -> None:
    """Ends what an earlier demo left running."""
    if not STATE.is_file():
        return
    left = json.loads(STATE.read_text())
    subprocess.run([sys.executable, "manage.py", "down"], cwd=ROOT, env=left["env"], stdout=subprocess.DEVNULL)
    pid = left["upstream"]
    if "tests.fakes.huggingface\0--world" in _command_line(pid):
        os.kill(pid, signal.SIGTERM)
    STATE.unlink()


def _command_line(pid: int) -> str:
    """Empty where no such process runs: its number may belong to somebody else by now."""
    path = Path(f"/proc/{pid}/cmdline")
    return path.read_text() if path.exists() else ""


def model_folder() -> Path | None:
    try:
        sys.path.insert(0, str(installed(MINILM)))
    except NotInstalled as error:
        print(f"The real model is not here ({error.args[0].splitlines()[-1]}); a small made-up one stands in for it.")
    return world.minilm_dir()


def compare(folder: Path, source: Path | None) -> None:
    """Every file that was downloaded against the file that the upstream served."""
    if source is None:
        return
    files = [path for path in sorted(source.rglob("*")) if path.is_file()]
    for path in files:
        name = path.relative_to(source).as_posix()
        digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, folder / name)]
        if digests[0] != digests[1]:
            raise SystemExit(f"{name} differs: {digests}")
        if path.stat().st_size > 1_000_000:
            print(f"  {digests[1]}  {name}")
    print(f"  all {len(files)} files are the same, byte by byte")


def main() -> None:
    stop()
    if sys.argv[1:] == ["stop"]:
        print("The demo has stopped.")
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    source = model_folder()
    model = world.MINILM if source else world.TINY

    say("An upstream that stands in for huggingface.co")
    upstream = Upstream(source)
    print(f"  {upstream.url}")
    env = plain_environment(
        HUB_DATA_DIR=str(FOLDER / "data"),
        HUB_PORT=os.environ.get("HUB_PORT", str(free_port())),
        HUB_HUGGINGFACE_URL=upstream.url,
        HUB_UPSTREAM_HOSTS="127.0.0.1 127.0.0.2",
    )
    address = f"http://127.0.0.1:{env['HUB_PORT']}"
    STATE.write_text(json.dumps({"env": env, "upstream": upstream.process.pid}))
    terminal = plain_environment(HF_ENDPOINT=address, HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_TELEMETRY="1")
    manage = (sys.executable, "manage.py")
    hf = str(BIN / "hf")

    say("A hub of its own")
    run(env, *manage, "up")

    say("An operator brings a model in")
    run(env, *manage, "mirror", model, "--wait")

    say("A developer pulls it through the hub")
    asked = upstream.asked()
    run(terminal | {"HF_HOME": str(FOLDER / "hf")}, hf, "download", model, "--local-dir", str(FOLDER / "pulled"))
    compare(FOLDER / "pulled", source)
    print(f"  requests that reached the upstream meanwhile: {upstream.asked() - asked}")

    say("A developer pulls what nobody has allowed yet")
    run(terminal | {"HF_HOME": str(FOLDER / "hf")}, hf, "download", world.UNLICENSED, fails=True)
    run(env, *manage, "requests")

    say("An admin approves it, and the same command works")
    run(env, *manage, "approve", "2")
    run(terminal | {"HF_HOME": str(FOLDER / "hf")}, hf, "download", world.UNLICENSED)

    say("Look around; the hub goes on running")
    for page in ("/-/", f"/-/repos/models/{model}", "/-/requests/", "/-/admin/", "/-/docs/"):
        print(f"  {address}{page}")
    print("\nStop it with: make demo ARGS=stop")


if __name__ == "__main__":
    main()

"""Follows one request at a terminal until it is settled."""

import time
from collections.abc import Iterator

from tqdm import tqdm

from hub.mirroring.models import Request
from hub.mirroring.progress import Progress, progress_of
from hub.mirroring.steering import pause_of

SETTLED = frozenset(Request.State) - frozenset(Request.UNDER_WAY)
IDLE_SECONDS = 15


def watch(request: Request, every: float = 0.1) -> None:
    """Draws a progress bar on stderr until the request is published, refused, failed or waits for an approval."""
    with tqdm(unit="B", unit_scale=True, desc=request.repo_id, dynamic_ncols=True) as bar:
        for progress in _changes(request, every):
            bar.total = progress.bytes_total
            bar.n = progress.bytes_done
            bar.set_postfix_str(f"{progress.files_done}/{progress.files_total} files", refresh=False)
            bar.refresh()


def _changes(request: Request, every: float) -> Iterator[Progress]:
    """Progress each time round; says so once when nobody seems to work on it."""
    last_change, seen = time.monotonic(), None
    while True:
        request.refresh_from_db()
        progress = progress_of(request)
        yield progress
        if request.state in SETTLED:
            return
        now = (request.state, progress, request.attempts)
        if now != seen:
            last_change, seen = time.monotonic(), now
        elif time.monotonic() - last_change > IDLE_SECONDS:
            tqdm.write(_why_idle(pause_of(request), request.error or progress.trouble))
            last_change = time.monotonic()
        time.sleep(every)


def _why_idle(pause: str, trouble: str) -> str:
    if pause:
        return f"Nothing moves: {pause}. Go on with: manage.py resume"
    if trouble:
        return f"Still trying. The last error was: {trouble}"
    return "Nothing has moved for a while. Is a worker running? Start one with: manage.py work"

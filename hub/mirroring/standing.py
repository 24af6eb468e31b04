"""How a request stands, as plain data: what the admin, the pages and the API poll while a person watches."""

from typing import Any

from hub.mirroring.models import Request, Transfer
from hub.mirroring.progress import Progress, progress_of, transfers_of
from hub.mirroring.steering import pause_of
from hub.mirroring.wishes import WITHDRAWN
from hub.sizes import human_bytes, human_seconds

_NEXT_STEPS = {
    Request.State.NEW: "Nothing to do: the hub is asking the upstream for its facts.",
    Request.State.WAITING: "An admin of this hub has to approve it; then it is fetched by itself, and can be pulled.",
    Request.State.APPROVED: "Nothing to do: the files are being listed, and fetching starts by itself.",
    Request.State.FETCHING: "Nothing to do: a pull that waits for it goes on as soon as it is published.",
    Request.State.PUBLISHED: "Pull it: this hub holds every file that was asked for, verified.",
    Request.State.REFUSED: "Talk to an admin of this hub if you need it.",
    Request.State.CANCELLED: "An operator has ended it, and can retry it in the admin.",
    Request.State.FAILED: "An operator can retry it in the admin; asking for it again later opens it again too.",
}
_WITHDRAWN = "Whoever asked for it has withdrawn it. Asking for it again opens it again."
ENDED = frozenset(Request.State) - frozenset({*Request.UNDER_WAY, Request.State.WAITING})


def standing_of(request: Request) -> dict[str, Any]:
    """State, progress and what to do next. Numbers in bytes and seconds; `text` is one line for people."""
    progress = progress_of(request)
    left = progress.seconds_left
    state = Request.State(request.state)
    pause = "" if state in ENDED else pause_of(request)
    step = _WITHDRAWN if _is_withdrawn(request) else _NEXT_STEPS[state]
    return {
        "id": request.pk,
        "state": state.value,
        "state_label": f"{state.label} (paused)" if pause else str(state.label),
        "paused": bool(pause),
        "priority": request.priority,
        "ended": state in ENDED,
        "next_step": f"{pause[:1].upper()}{pause[1:]}. It goes on where it stopped." if pause else step,
        "files_done": progress.files_done,
        "files_total": progress.files_total,
        "bytes_done": progress.bytes_done,
        "bytes_total": progress.bytes_total,
        "bytes_per_second": progress.bytes_per_second,
        "seconds_left": None if left is None else round(left),
        "percent": progress.percent,
        "text": _line(state, progress, left),
        "error_code": request.error_code,
        "error": request.error or progress.trouble,
        "failed_transfers": len(failed_transfers(request)),
    }


def _is_withdrawn(request: Request) -> bool:
    return request.state == Request.State.CANCELLED and request.error_code == WITHDRAWN


def failed_transfers(request: Request) -> list[Transfer]:
    return [transfer for transfer in transfers_of(request) if transfer.state == Transfer.State.FAILED]


def _line(state: Request.State, progress: Progress, left: float | None) -> str:
    if state in (Request.State.NEW, Request.State.WAITING, Request.State.REFUSED) and not progress.files_done:
        return ""
    text = (
        f"{progress.files_done} of {progress.files_total} files, "
        f"{human_bytes(progress.bytes_done)} of {human_bytes(progress.bytes_total)}"
    )
    if state == Request.State.FETCHING and progress.bytes_per_second:
        text += f", {human_bytes(progress.bytes_per_second)}/s"
        text += f", {human_seconds(left)} left" if left is not None else ""
    return text

"""One line for each request, as commands show them."""

from hub.mirroring.diff import in_words
from hub.mirroring.models import Request
from hub.mirroring.progress import progress_of


def line_of(request: Request) -> str:
    """Its number, state and facts, and the commit that a decision about it is of."""
    facts = request.facts
    size = f"{facts['bytes'] / 1e9:.2f} GB" if "bytes" in facts else "size unknown"
    state = f"{request.state}{' (paused)' if request.paused else ''}"
    commit = f" @ {request.commit[:12]}" if request.commit else ""
    parts = [f"{request.pk:>5}  {state:<9}  {request}{commit}", size, facts.get("licence") or "no licence"]
    if request.state == Request.State.FETCHING:
        parts.append(str(progress_of(request)))
    if request.state in (Request.State.WAITING, Request.State.REFUSED):
        parts.append(request.decision_reason or request.verdict_reason)
    if change := facts.get("change"):
        parts.append(in_words(change))
    if request.priority:
        parts.append(f"priority {request.priority}")
    if request.error:
        parts.append(request.error)
    return ", ".join(parts)

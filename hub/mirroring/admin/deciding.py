"""The page between a button and a decision: what is decided about, and why. Its form carries the commits whose facts
it shows, so that nobody decides about what they have not seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from hub.accounts.callers import Caller
from hub.accounts.staff import staff_caller
from hub.errors import HubError, Moved
from hub.mirroring import decisions, steering
from hub.mirroring.following import follow
from hub.mirroring.models import Request
from hub.mirroring.pauses import LOW, NORMAL, URGENT


@dataclass(frozen=True)
class Decision:
    """One thing that staff can decide. `done` is what happened, for the message afterwards.

    One that is `of_commit` also takes the commit that was shown, as `seen`; `unknown` is what happens where there is
    none yet, and `decide` answers False.
    """

    verb: str
    done: str
    decide: Callable[..., object]
    needs_reason: bool = False
    takes_reason: bool = True
    of_commit: bool = False
    unknown: str = ""


def _retry(request: Request, caller: Caller, reason: str) -> None:
    decisions.retry(request, caller)


APPROVE = Decision(
    "Approve",
    "approved",
    decisions.approve,
    of_commit=True,
    unknown="looked up first, and decided about when its facts are here",
)
REFUSE = Decision("Refuse", "refused", decisions.refuse, needs_reason=True, of_commit=True)


def _follow(request: Request, caller: Caller, reason: str) -> None:
    follow(request, caller)


FOLLOW = Decision("Follow", "followed from now on", _follow, takes_reason=False)
RETRY = Decision("Retry", "taken up again", _retry, takes_reason=False)


def _resume(request: Request, caller: Caller, reason: str) -> None:
    steering.resume(request, caller)


def _prioritise(priority: int) -> Callable[[Request, Caller, str], None]:
    return lambda request, caller, reason: steering.prioritise(request, caller, priority)


PAUSE = Decision("Pause", "paused", steering.pause)
RESUME = Decision("Resume", "resumed", _resume, takes_reason=False)
CANCEL = Decision("Cancel", "cancelled", steering.cancel)
MAKE_URGENT = Decision("Make urgent:", "made urgent", _prioritise(URGENT), takes_reason=False)
MAKE_NORMAL = Decision("Give normal priority to", "given normal priority", _prioritise(NORMAL), takes_reason=False)
MAKE_LOW = Decision("Give low priority to", "given low priority", _prioritise(LOW), takes_reason=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}))

    def __init__(self, decision: Decision, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        field = self.fields["reason"]
        field.required = decision.needs_reason
        field.help_text = "Shown to everybody who asked, and kept in the audit trail."
        if not decision.takes_reason:
            del self.fields["reason"]


def decide_page(
    pages: ModelAdmin, request: HttpRequest, decision: Decision, rows: Sequence[Request], list_action: str = ""
) -> HttpResponse:
    """Asks for the reason, then decides each row by itself and says how each went. Those that have come to another
    commit than the one that was shown are shown again.

    `list_action` is the name of the list action that led here: its first POST only carries the selection.
    """
    sent = request.method == "POST" and (not list_action or "decided" in request.POST)
    form = ReasonForm(decision, request.POST if sent else None)
    moved: list[Request] = []
    if sent and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        moved = [row for row in rows if not _decide(request, decision, row, reason)]
        if not moved:
            return redirect(_back_to(rows, list_action))
        rows = moved
    context = {
        **pages.admin_site.each_context(request),
        "opts": pages.model._meta,
        "title": f"{decision.verb} {rows[0].repo_id if len(rows) == 1 else f'{len(rows)} requests'}",
        "decision": decision,
        "rows": rows,
        "moved": bool(moved),
        "form": form,
        "list_action": list_action,
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": _back_to(rows, list_action),
    }
    return TemplateResponse(request, "admin/mirroring/decide.html", context, status=409 if moved else 200)


def _decide(request: HttpRequest, decision: Decision, row: Request, reason: str) -> bool:
    """False where the row is at another commit than the form says."""
    shown = {"seen": request.POST.get(f"seen-{row.pk}", "")} if decision.of_commit else {}
    try:
        done = decision.decide(row, staff_caller(request), reason, **shown)
    except HubError as error:
        messages.error(request, f"{row.repo_id}: {error.words}")
        return not isinstance(error, Moved)
    words = decision.unknown if done is False else decision.done
    messages.success(request, f"{row.repo_id} {'is' if done is False else 'was'} {words}.")
    return True


def _back_to(rows: Sequence[Request], list_action: str) -> str:
    if list_action or len(rows) != 1:
        return reverse("admin:mirroring_request_changelist")
    return reverse("admin:mirroring_request_change", args=[rows[0].pk])

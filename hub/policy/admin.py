"""Admin pages of the rules, with a place to try them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from hub.accounts.staff import staff_caller
from hub.backoffice import Audited
from hub.names import RepoKind
from hub.policy.editing import deleted, edited
from hub.policy.models import Action, Rule
from hub.policy.verdicts import Facts, decide
from hub.sizes import human_bytes

_KINDS = [(kind.value, kind.value) for kind in RepoKind]


class WordsField(forms.CharField):
    """A JSON list of short texts, written as one line of words."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(word) for word in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [word.lower() for word in str(value or "").replace(",", " ").split()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.clean(data)


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    licences = WordsField(help_text="As the hubs write them: apache-2.0, mit … Empty = any licence, also none.")
    suffixes = WordsField(help_text="Holds when a wanted file ends so: .bin, .pkl … Empty = any.")
    kind = forms.ChoiceField(choices=[("", "any"), *_KINDS], required=False, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Rule
        fields = "__all__"  # noqa: DJ007 - every column of a rule is for the people who write rules

    def clean_suffixes(self) -> list[str]:
        return [suffix if suffix.startswith(".") else f".{suffix}" for suffix in self.cleaned_data["suffixes"]]


class TrialForm(forms.Form):
    """Facts to try the rules with."""

    repo_id = forms.CharField(initial="org/name", widget=UnfoldAdminTextInputWidget)
    kind = forms.ChoiceField(choices=_KINDS, widget=UnfoldAdminSelectWidget)
    upstream = forms.CharField(initial="huggingface", widget=UnfoldAdminTextInputWidget)
    licence = forms.CharField(initial="apache-2.0", required=False, widget=UnfoldAdminTextInputWidget)
    gigabytes = forms.FloatField(initial=1, min_value=0, widget=UnfoldAdminDecimalFieldWidget)
    gated = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    suffixes = WordsField(help_text="Kinds of files in it, e.g. .safetensors .json .bin")

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            upstream=data["upstream"],
            kind=data["kind"],
            repo_id=data["repo_id"],
            licence=data["licence"],
            bytes=round(data["gigabytes"] * 10**9),
            gated=data["gated"],
            suffixes=frozenset(data["suffixes"]),
        )


@admin.register(Rule)
class RulePages(Audited):
    form = RuleForm
    list_display = ["position", "name", "says", "conditions", "enabled"]
    list_display_links = ["name"]
    list_filter = ["action", "enabled"]
    actions_list = ["try_it"]
    fieldsets = [
        (None, {"fields": ["name", "action", "reason", "position", "enabled"]}),
        (
            "Conditions: all that are filled in must hold",
            {"fields": ["upstream", "kind", "id_pattern", "licences", "max_bytes", "gated", "suffixes"]},
        ),
    ]

    def edited(self, request: HttpRequest, row: Rule, before: Rule | None) -> None:
        edited(staff_caller(request), row, before)

    def deleted(self, request: HttpRequest, row: Rule) -> None:
        deleted(staff_caller(request), row)

    @display(description="Says", label={Action.ALLOW: "success", Action.ASK: "warning", Action.DENY: "danger"})
    def says(self, rule: Rule) -> tuple[str, str]:
        return rule.action, Action(rule.action).label

    @display(description="When")
    def conditions(self, rule: Rule) -> str:
        return "; ".join(_conditions(rule)) or "always"

    @action(description="Try it", icon="science", url_path="try", permissions=["view"])
    def try_it(self, request: HttpRequest) -> HttpResponse:
        """Shows what the rules say about made-up facts; writes nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TrialForm(request.POST or None)
        verdict = decide(form.facts(), Rule.objects.filter(enabled=True)) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": "Try the rules",
            "form": form,
            "verdict": verdict,
        }
        return TemplateResponse(request, "admin/policy/try.html", context)


def _conditions(rule: Rule) -> list[str]:
    """The conditions of a rule in words, those that are filled in."""
    told = [
        rule.upstream and f"from {rule.upstream}",
        rule.kind and f"a {rule.kind}",
        rule.id_pattern and f"id like {rule.id_pattern}",
        rule.licences and f"licence {_few(rule.licences)}",
        rule.max_bytes is not None and f"up to {human_bytes(rule.max_bytes)}",
        rule.gated is not None and ("gated" if rule.gated else "not gated"),
        rule.suffixes and f"has {_few(rule.suffixes)}",
    ]
    return [str(text) for text in told if text]


def _few(words: list[str], most: int = 4) -> str:
    more = f" or {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more

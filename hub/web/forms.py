"""The form with which a person wishes for a repo."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from hub.errors import BadName
from hub.mirroring.presets import PRESETS
from hub.mirroring.wishes import Wish
from hub.names import RepoId, RepoKind, parse_revision
from hub.upstreams.models import Upstream
from hub.web.spoken import spoken

T = TypeVar("T")

PRESET_LABELS = (
    ("all", _("All files")),
    ("safetensors", _("Weights as safetensors only")),
    ("gguf", _("GGUF only")),
    ("no-pickles", _("No pickles")),
)


class UpstreamField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Takes the slug, which addresses carry, and the number of the row too."""

    def to_python(self, value: Any) -> Upstream | None:
        try:
            return super().to_python(value)
        except ValidationError:
            rows: QuerySet[Upstream] = self.queryset  # type: ignore[assignment]
            row = rows.filter(pk=value).first() if re.fullmatch("[0-9]{1,18}", str(value)) else None
            if row is None:
                raise
            return row


class WishForm(forms.Form):
    """Becomes a Wish through `wish()` once it is valid."""

    repo_id = forms.CharField(label=_("Repo"), max_length=201, help_text=_("As upstream writes it, e.g. Qwen/Qwen3-8B"))
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(RepoKind.MODEL.value, _("model")), (RepoKind.DATASET.value, _("dataset"))]
    )
    ref = forms.CharField(
        label=_("Revision"), max_length=255, required=False, help_text=_("Branch, tag or commit; empty = the default")
    )
    preset = forms.ChoiceField(
        label=_("Files"), choices=PRESET_LABELS, initial="all", required=False, widget=forms.RadioSelect
    )
    include = forms.CharField(
        label=_("Only files"),
        max_length=1000,
        required=False,
        help_text=_("Patterns such as *.safetensors; empty = all"),
    )
    exclude = forms.CharField(label=_("Leave out"), max_length=1000, required=False, help_text=_("e.g. *.bin onnx/*"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upstreams = Upstream.objects.filter(enabled=True)
        self.fields["upstream"] = UpstreamField(
            upstreams, label=_("From"), initial=upstreams.first(), empty_label=None, to_field_name="slug"
        )

    def clean_repo_id(self) -> RepoId:
        return self._named(lambda: RepoId.parse(self.cleaned_data["repo_id"].strip()))

    def clean_ref(self) -> str:
        ref = self.cleaned_data["ref"].strip()
        return self._named(lambda: parse_revision(ref)) if ref else ""

    def wish(self) -> Wish:
        data = self.cleaned_data
        preset = PRESETS[data["preset"] or "all"]
        return Wish(
            upstream=data["upstream"],
            kind=RepoKind(data["kind"]),
            repo_id=data["repo_id"],
            ref=data["ref"],
            include=(*preset.include, *_patterns(data["include"])),
            exclude=(*preset.exclude, *_patterns(data["exclude"])),
        )

    def _named(self, parse: Callable[[], T]) -> T:
        try:
            return parse()
        except BadName as error:
            raise forms.ValidationError(spoken(error)) from error


def prefilled(asked: Mapping[str, str]) -> dict[str, Any]:
    """Initial values from an address such as `?repo_id=Qwen/Qwen3-8B&upstream=modelscope&exclude=*.bin`; an upstream
    may be named by its kind too. What makes no sense is left to the person and the form."""
    names = ("repo_id", "kind", "ref", "preset", "include", "exclude")
    found: dict[str, Any] = {name: asked[name][:1000] for name in names if asked.get(name)}
    enabled = Upstream.objects.filter(enabled=True)
    slug = asked.get("upstream", "")
    if row := enabled.filter(slug=slug).first() or enabled.filter(kind=slug).first():
        found["upstream"] = row
    return found


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())

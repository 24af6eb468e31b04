"""The form with which a person wishes for a repo."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from hub.errors import BadName
from hub.mirroring.wishes import Wish
from hub.names import RepoId, RepoKind, parse_revision
from hub.upstreams.models import Upstream

T = TypeVar("T")


class WishForm(forms.Form):
    """Becomes a Wish through `wish()` once it is valid."""

    repo_id = forms.CharField(label="Repo", max_length=201, help_text="As upstream writes it, e.g. Qwen/Qwen3-8B")
    kind = forms.ChoiceField(
        label="Kind", choices=[(RepoKind.MODEL.value, "model"), (RepoKind.DATASET.value, "dataset")]
    )
    ref = forms.CharField(
        label="Revision", max_length=255, required=False, help_text="Branch, tag or commit; empty = the default"
    )
    include = forms.CharField(
        label="Only files", max_length=1000, required=False, help_text="Patterns such as *.safetensors; empty = all"
    )
    exclude = forms.CharField(label="Leave out", max_length=1000, required=False, help_text="e.g. *.bin onnx/*")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        upstreams = Upstream.objects.filter(enabled=True)
        self.fields["upstream"] = forms.ModelChoiceField(
            upstreams, label="From", initial=upstreams.first(), empty_label=None
        )

    def clean_repo_id(self) -> RepoId:
        return self._named(lambda: RepoId.parse(self.cleaned_data["repo_id"].strip()))

    def clean_ref(self) -> str:
        ref = self.cleaned_data["ref"].strip()
        return self._named(lambda: parse_revision(ref)) if ref else ""

    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish(
            upstream=data["upstream"],
            kind=RepoKind(data["kind"]),
            repo_id=data["repo_id"],
            ref=data["ref"],
            include=_patterns(data["include"]),
            exclude=_patterns(data["exclude"]),
        )

    def _named(self, parse: Callable[[], T]) -> T:
        try:
            return parse()
        except BadName as error:
            raise forms.ValidationError(error.words) from error


def _patterns(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())

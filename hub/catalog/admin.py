"""Admin pages of what is held and published, which nobody can edit: it says what upstream said. And of the other names
under which repos go on other hubs, which people edit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from hub.accounts.staff import staff_caller
from hub.backoffice import Audited, LookOnly
from hub.catalog.editing import deleted, edited
from hub.catalog.models import Repo, RepoFile, Revision, Synonym
from hub.sizes import human_bytes
from hub.upstreams.registry import KINDS


@admin.register(Repo)
class RepoPages(LookOnly):
    list_display = [
        "title",
        "kind",
        "upstream",
        "licence",
        "gated",
        "pulls",
        "held",
        "missing_upstream_since",
        "created_at",
    ]
    list_filter = [
        ("missing_upstream_since", admin.EmptyFieldListFilter),
        "held",
        "kind",
        "upstream",
        "licence",
        "gated",
    ]
    list_select_related = ["upstream"]
    search_fields = ["key"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "title",
                    "kind",
                    "upstream",
                    "held",
                    "pinned",
                    "pulls",
                    "default_ref",
                    "missing_upstream_since",
                    "revision_links",
                ]
            },
        ),
        ("What upstream says", {"fields": ["licence", "gated", "pipeline_tag", "library_name", "base_models", "tags"]}),
        ("Upstream's counts", {"fields": ["upstream_downloads", "upstream_likes", "upstream_modified_at"]}),
    ]

    @display(description="Repo", ordering="key")
    def title(self, repo: Repo) -> str:
        return repo.named

    @display(description="Revisions")
    def revision_links(self, repo: Repo) -> SafeString:
        address = reverse("admin:catalog_revision_changelist")
        return format_html(
            '<a href="{}?repo__id__exact={}">{} revision(s)</a>', address, repo.pk, repo.revisions.count()
        )


@admin.register(Revision)
class RevisionPages(LookOnly):
    list_display = ["commit", "repo", "refs_now", "published_at", "planned_at"]
    list_select_related = ["repo__upstream"]
    search_fields = ["commit", "repo__key"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "commit",
                    "repo",
                    "refs_now",
                    "planned_at",
                    "published_at",
                    "pulled_at",
                    "retired_at",
                    "pinned",
                    "file_links",
                    "held_bytes",
                ]
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return super().get_queryset(request).prefetch_related("refs")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "repo__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Refs")
    def refs_now(self, revision: Revision) -> str:
        return ", ".join(ref.name for ref in revision.refs.all()) or "–"

    @display(description="Files")
    def file_links(self, revision: Revision) -> SafeString:
        address = reverse("admin:catalog_repofile_changelist")
        return format_html(
            '<a href="{}?revision__id__exact={}">{} file(s)</a>', address, revision.pk, revision.files.count()
        )

    @display(description="Held")
    def held_bytes(self, revision: Revision) -> str:
        held = Q(blob__isnull=False)
        sums = revision.files.aggregate(bytes=Sum("size", filter=held), files=Count("pk", filter=held))
        return f"{human_bytes(sums['bytes'] or 0)} in {sums['files']} file(s)"


@admin.register(RepoFile)
class RepoFilePages(LookOnly):
    list_display = ["path", "human_size", "revision", "wanted", "is_held", "digest_text"]
    list_filter = ["wanted"]
    list_select_related = ["revision__repo__upstream"]
    search_fields = ["path", "sha256", "oid"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["path", "revision", "human_size", "digest_text", "oid", "wanted", "is_held", "blob"]})
    ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "revision__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Size", ordering="size")
    def human_size(self, file: RepoFile) -> str:
        return human_bytes(file.size)

    @display(description="Held", boolean=True)
    def is_held(self, file: RepoFile) -> bool:
        return file.blob_id is not None

    @display(description="Digest")
    def digest_text(self, file: RepoFile) -> str:
        return str(file.digest)


class SynonymForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(kind, kind) for kind in KINDS]
        for name in ("hub", "other_hub"):
            own = str(self.initial.get(name, ""))
            kept = [(own, own)] if own and own not in KINDS else []
            self.fields[name] = forms.ChoiceField(choices=[*choices, *kept], widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Synonym
        fields = ["hub", "pattern", "other_hub", "other_pattern", "note"]


@admin.register(Synonym)
class SynonymPages(Audited):
    form = SynonymForm
    list_display = ["pattern", "hub", "other_pattern", "other_hub", "note"]
    list_filter = ["hub", "other_hub"]
    search_fields = ["pattern", "other_pattern", "note"]
    list_per_page = 100

    def edited(self, request: HttpRequest, row: Synonym, before: Synonym | None) -> None:
        edited(staff_caller(request), row, before)

    def deleted(self, request: HttpRequest, row: Synonym) -> None:
        deleted(staff_caller(request), row)

"""Addresses under /-/api/v1/. A list, and a thing in one, ends with a slash; a text or a stream does not."""

from typing import Any

from django.urls import path, re_path, register_converter

from hub.api.dry_runs import DryRuns
from hub.api.events import Events
from hub.api.files import Files
from hub.api.index import Index
from hub.api.manifests import Manifests, ManifestText
from hub.api.me import Me
from hub.api.nothing import Nothing
from hub.api.pages import Schema, api_docs
from hub.api.repos import RepoByName, RepoByShortName, Repos
from hub.api.request_steps import Cancel, Comments, Decision, Pause, Priority, Resume, Retry, Withdraw
from hub.api.requests import Requests
from hub.api.revisions import Differences, Revisions
from hub.api.rules import Explain, Rules
from hub.api.stats import Stats
from hub.api.streams import RequestEvents, TransferEvents
from hub.api.tokens import Tokens
from hub.api.transfers import Transfers
from hub.api.upstreams import UpstreamCheck, Upstreams
from hub.names import RepoKind


class CommitConverter:
    """The 40 hex digits of a commit."""

    regex = "[0-9a-f]{40}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class KindConverter(CommitConverter):
    """What a repo holds."""

    regex = "|".join(RepoKind)


register_converter(CommitConverter, "commit")
register_converter(KindConverter, "kind")

app_name = "api"

READ: dict[str, Any] = {"get": "list"}
ONE: dict[str, Any] = {"get": "retrieve"}

urlpatterns = [
    path("schema", Schema.as_view(), name="schema"),
    path("docs", api_docs, name="docs"),
    path("index/", Index.as_view({"get": "search"}), name="index"),
    path("index/<int:pk>/", Index.as_view(ONE), name="entry"),
    path("repos/", Repos.as_view(READ), name="repos"),
    path("repos/<int:pk>/", Repos.as_view(ONE), name="repo"),
    path("repos/<int:repo>/revisions/", Revisions.as_view(READ), name="revisions"),
    path("repos/<int:repo>/revisions/<commit:commit>/", Revisions.as_view(ONE), name="revision"),
    path("repos/<int:repo>/revisions/<commit:commit>/files/", Files.as_view(READ), name="files"),
    path("repos/<int:repo>/revisions/<commit:commit>/manifest/", Manifests.as_view(), name="manifest"),
    path("repos/<int:repo>/revisions/<commit:commit>/manifest.sha256", ManifestText.as_view(), name="manifest-text"),
    path("repos/<int:repo>/diff/", Differences.as_view(), name="diff"),
    path("repos/<str:upstream>/<kind:kind>/<str:name>/", RepoByShortName.as_view(), name="repo-by-short-name"),
    path("repos/<str:upstream>/<kind:kind>/<str:namespace>/<str:name>/", RepoByName.as_view(), name="repo-by-name"),
    path("requests/", Requests.as_view({**READ, "post": "create"}), name="requests"),
    path("requests/dry-run/", DryRuns.as_view(), name="dry-run"),
    path("requests/<int:pk>/", Requests.as_view(ONE), name="request"),
    path("requests/<int:pk>/comments/", Comments.as_view({**READ, "post": "create"}), name="comments"),
    path("requests/<int:pk>/decision/", Decision.as_view(), name="decision"),
    path("requests/<int:pk>/withdraw/", Withdraw.as_view(), name="withdraw"),
    path("requests/<int:pk>/cancel/", Cancel.as_view(), name="cancel"),
    path("requests/<int:pk>/pause/", Pause.as_view(), name="pause"),
    path("requests/<int:pk>/resume/", Resume.as_view(), name="resume"),
    path("requests/<int:pk>/retry/", Retry.as_view(), name="retry"),
    path("requests/<int:pk>/priority/", Priority.as_view(), name="priority"),
    path("requests/<int:pk>/events", RequestEvents.as_view(), name="request-events"),
    path("transfers/", Transfers.as_view(READ), name="transfers"),
    path("transfers/<int:pk>/", Transfers.as_view(ONE), name="transfer"),
    path("transfers/events", TransferEvents.as_view(), name="transfer-events"),
    path("upstreams/", Upstreams.as_view(READ), name="upstreams"),
    path("upstreams/<slug:slug>/", Upstreams.as_view(ONE), name="upstream"),
    path("upstreams/<slug:slug>/check/", UpstreamCheck.as_view(), name="upstream-check"),
    path("rules/", Rules.as_view(READ), name="rules"),
    path("rules/explain/", Explain.as_view(), name="explain"),
    path("rules/<int:pk>/", Rules.as_view(ONE), name="rule"),
    path("tokens/", Tokens.as_view({**READ, "post": "create"}), name="tokens"),
    path("tokens/<int:pk>/", Tokens.as_view({**ONE, "delete": "destroy"}), name="token"),
    path("events/", Events.as_view(READ), name="events"),
    path("events/<int:pk>/", Events.as_view(ONE), name="event"),
    path("stats/", Stats.as_view(), name="stats"),
    path("me/", Me.as_view(), name="me"),
    re_path(r"", Nothing.as_view()),
]

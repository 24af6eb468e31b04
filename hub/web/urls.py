"""The pages under `/-/`."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, register_converter
from django.views.generic import RedirectView
from django.views.i18n import set_language

from hub.web.about_page import repo_about
from hub.web.asking_pages import request_new
from hub.web.docs import docs
from hub.web.entry_page import entry_detail
from hub.web.file_bytes import repo_bytes
from hub.web.file_page import repo_file
from hub.web.health import live, ready
from hub.web.home import home
from hub.web.logging_in import throttled
from hub.web.metrics_page import metrics_page
from hub.web.password_page import PasswordPage
from hub.web.repo_addresses import RepoName
from hub.web.repo_pages import repo_at, repo_detail, repo_files
from hub.web.request_actions import request_comment, request_decide, request_retry, request_withdraw
from hub.web.request_pages import request_detail, request_list, request_live
from hub.web.review_pages import review
from hub.web.revision_pages import repo_compare, repo_revisions
from hub.web.setup_page import setup, setup_check, setup_starter
from hub.web.stats_page import stats
from hub.web.storage_pages import storage
from hub.web.theme import choose_theme
from hub.web.token_pages import token_revoke, tokens
from hub.web.transfer_pages import transfers
from hub.web.transfer_steering import transfer_steer
from hub.web.upstream_pages import upstreams

app_name = "web"

register_converter(RepoName, "repo")

urlpatterns = [
    path("", home, name="home"),
    path("login", throttled(LoginView.as_view(template_name="web/login.html")), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("language", set_language, name="language"),
    path("theme", choose_theme, name="theme"),
    path("setup", setup, name="setup"),
    path("setup/checks/<str:key>", setup_check, name="setup-check"),
    path("setup/starter", setup_starter, name="setup-starter"),
    path("health/live", live, name="live"),
    path("health/ready", ready, name="ready"),
    path("metrics", metrics_page, name="metrics"),
    path("requests", RedirectView.as_view(pattern_name="web:requests")),
    path("requests/", request_list, name="requests"),
    path("requests/new", request_new, name="request-new"),
    path("requests/<int:pk>", request_detail, name="request"),
    path("requests/<int:pk>/live", request_live, name="request-live"),
    path("requests/<int:pk>/comment", request_comment, name="request-comment"),
    path("requests/<int:pk>/withdraw", request_withdraw, name="request-withdraw"),
    path("requests/<int:pk>/decide", request_decide, name="request-decide"),
    path("requests/<int:pk>/retry", request_retry, name="request-retry"),
    path("review", review, name="review"),
    path("tokens", tokens, name="tokens"),
    path("tokens/<int:pk>/revoke", token_revoke, name="token-revoke"),
    path("password", login_required(PasswordPage.as_view()), name="password"),
    path("repos/<str:kind>/<repo:name>", repo_detail, name="repo"),
    path("repos/<str:kind>/<repo:name>/files", repo_files, name="repo-files"),
    path("repos/<str:kind>/<repo:name>/files/<path:folder>", repo_files, name="repo-folder"),
    path("repos/<str:kind>/<repo:name>/file/<str:revision>/<path:path>", repo_file, name="repo-file"),
    path("repos/<str:kind>/<repo:name>/bytes/<str:revision>/<path:path>", repo_bytes, name="repo-bytes"),
    path("repos/<str:kind>/<repo:name>/revisions", repo_revisions, name="repo-revisions"),
    path("repos/<str:kind>/<repo:name>/compare", repo_compare, name="repo-compare"),
    path("repos/<str:kind>/<repo:name>/about", repo_about, name="repo-about"),
    path("repos/<str:kind>/<path:name>", repo_at, name="repo-at"),
    path("index/<slug:upstream>/<str:kind>/<path:name>", entry_detail, name="entry"),
    path("transfers", transfers, name="transfers"),
    path("storage", storage, name="storage"),
    path("stats", stats, name="stats"),
    path("upstreams", upstreams, name="upstreams"),
    path("transfers/steer", transfer_steer, name="transfer-steer"),
    path("docs", RedirectView.as_view(pattern_name="web:docs-index")),
    path("docs/", docs, name="docs-index"),
    path("docs/<str:name>", docs, name="docs"),
]

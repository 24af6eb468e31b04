"""The pages under `/-/`."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.generic import RedirectView

from hub.web.docs import docs
from hub.web.health import live, ready
from hub.web.home import home
from hub.web.logging_in import throttled
from hub.web.metrics_page import metrics_page
from hub.web.repo_pages import repo_detail
from hub.web.request_pages import request_detail, request_list, request_live, request_new

app_name = "web"

urlpatterns = [
    path("", home, name="home"),
    path("login", throttled(LoginView.as_view(template_name="web/login.html")), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("health/live", live, name="live"),
    path("health/ready", ready, name="ready"),
    path("metrics", metrics_page, name="metrics"),
    path("requests", RedirectView.as_view(pattern_name="web:requests")),
    path("requests/", request_list, name="requests"),
    path("requests/new", request_new, name="request-new"),
    path("requests/<int:pk>", request_detail, name="request"),
    path("requests/<int:pk>/live", request_live, name="request-live"),
    path("repos/<str:kind>/<path:name>", repo_detail, name="repo"),
    path("docs", RedirectView.as_view(pattern_name="web:docs-index")),
    path("docs/", docs, name="docs-index"),
    path("docs/<str:name>", docs, name="docs"),
]

"""Addresses under /-/api/v1/."""

from django.urls import path, re_path

from hub.api.views import Nothing, Repos, Requests, Transfers

app_name = "api"

urlpatterns = [
    path("requests/", Requests.as_view({"get": "list"}), name="requests"),
    path("requests/<int:pk>/", Requests.as_view({"get": "retrieve"}), name="request"),
    path("repos/", Repos.as_view({"get": "list"}), name="repos"),
    path("repos/<int:pk>/", Repos.as_view({"get": "retrieve"}), name="repo"),
    path("transfers/", Transfers.as_view({"get": "list"}), name="transfers"),
    re_path(r"", Nothing.as_view()),
]

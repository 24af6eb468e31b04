"""Entries: /-/ is ours, the rest belongs to the dialects (hub/dialects/door.py answers them first)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

admin.site.index_title = "Dashboard"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="web:home")),
    path("-", RedirectView.as_view(pattern_name="web:home")),
    path("-/admin", RedirectView.as_view(pattern_name="admin:index")),
    path("-/admin/", admin.site.urls),
    path("-/api/v1/", include("hub.api.urls")),
    path("-/", include("hub.web.urls")),
]

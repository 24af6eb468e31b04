"""Entries: /-/ is ours, the rest belongs to the dialects (hub/dialects/door.py answers them first)."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from hub.web.logging_in import throttled

admin.site.index_title = "Dashboard"

handler500 = "hub.web.broken.broken"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="web:home")),
    path("-", RedirectView.as_view(pattern_name="web:home")),
    path("-/admin", RedirectView.as_view(pattern_name="admin:index")),
    path("-/admin/login/", throttled(admin.site.login)),
    path("-/admin/", admin.site.urls),
    path("-/api/v1/", include("hub.api.urls")),
    path("-/", include("hub.web.urls")),
]

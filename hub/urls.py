"""Entries: /-/ is ours, the rest belongs to the dialects."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("-/admin/", admin.site.urls),
]

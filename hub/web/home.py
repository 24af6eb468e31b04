"""The first page: what this hub is, what it holds, and how to use it."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hub.catalog.models import Repo
from hub.web.forms import WishForm
from hub.web.visitors import for_pullers, hub_address

PAGE = 50


@require_safe
@for_pullers
def home(request: HttpRequest) -> HttpResponse:
    """Held repos, the newest first; `?q=` keeps those whose id contains the text."""
    text = request.GET.get("q", "").strip()[:200]
    repos = Repo.objects.filter(held=True).select_related("upstream").order_by("-pk")
    if text:
        repos = repos.filter(key__contains=text.lower())
    page = Paginator(repos, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "query": text, "address": hub_address(request), "form": WishForm()}
    return render(request, "web/home.html", context)

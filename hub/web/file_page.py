"""The page of one file of a held repo: its digest, whether and how it was verified, and what is inside."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hub.catalog.models import RepoFile
from hub.catalog.previews.kinds import Look
from hub.errors import BadName
from hub.mirroring.survey import CODE_SUFFIXES, PICKLE_SUFFIXES
from hub.names import parse_path
from hub.web.file_looks import inside_of
from hub.web.repo_addresses import bytes_address, folder_page
from hub.web.repo_frame import Opened, frame_of, opened
from hub.web.spoken import spoken
from hub.web.visitors import for_pullers

TENSORS = 300
"""Rows of a page."""


@require_safe
@for_pullers
def repo_file(request: HttpRequest, kind: str, name: str, revision: str, path: str) -> HttpResponse:
    """`?page=` pages through many tensors, `?as=text` shows a text as it was written."""
    view = opened(kind, name, revision)
    file = _file(view, path)
    inside = inside_of(file, view.revision)
    names = path.split("/")
    suffix = f".{path.rpartition('.')[2].lower()}"
    many = inside.shown.tensors if inside.look in (Look.SAFETENSORS, Look.GGUF) and inside.shown else ()
    context = frame_of(request, view, "repo-files") | {
        "file": file,
        "inside": inside,
        "template": f"web/looks/{inside.look.value}.html",
        "as_text": request.GET.get("as") == "text" and inside.source is not None,
        "parents": [
            (f"{folder_page(view.repo, '/'.join(names[: number + 1]))}{view.query}", label)
            for number, label in enumerate(names[:-1])
        ],
        "name": names[-1],
        "bytes_address": bytes_address(view.repo, view.revision.commit, path) if file.blob_id else "",
        "is_pickle": suffix in PICKLE_SUFFIXES,
        "is_code": suffix in CODE_SUFFIXES,
        "page": Paginator(many, TENSORS).get_page(request.GET.get("page")),
    }
    return render(request, "web/repo_file.html", context)


def _file(view: Opened, path: str) -> RepoFile:
    try:
        row = RepoFile.objects.filter(revision=view.revision, path=parse_path(path)).select_related("blob").first()
    except BadName as error:
        raise Http404(spoken(error)) from error
    if row is None:
        raise Http404(
            gettext("There is no %(path)s at commit %(commit)s.") % {"path": path, "commit": view.revision.commit}
        )
    return row

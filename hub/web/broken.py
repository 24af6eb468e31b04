"""The page for a fault that has no name: no rows, no session, nothing that could break again."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from hub.logs import request_id


def broken(request: HttpRequest) -> HttpResponse:
    """Names the request's id, under which the log tells what happened."""
    return HttpResponse(render_to_string("500.html", {"request_id": request_id()}), status=500)

"""The page for a fault that has no name: no rows, no session, nothing that could break again."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from hub.logs import request_id
from hub.trouble import told


def broken(request: HttpRequest) -> HttpResponse:
    """Names the request's id, under which the log tells what happened. Django calls it while the fault is handled."""
    error = told(sys.exception())
    page = render_to_string("500.html", {"request_id": request_id(), "error": error})
    headers = {"Retry-After": str(round(error.retry_after))} if error.retry_after else {}
    return HttpResponse(page, status=error.status, headers=headers)

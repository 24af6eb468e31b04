"""Every answer of this wire lies in an envelope, of one shape below `/api/v1` and of another below `/openapi/v1`.

New clients read nothing but `Data`, whatever `Code` says: an error must be an HTTP status. Old ones read all of it.
"""

from typing import Any

from django.http import HttpResponse

from hub.dialects.answers import json_answer
from hub.logs import request_id


def enveloped(data: Any, **beside: Any) -> HttpResponse:
    """`beside` is what stands next to the data: `TotalCount` and its like."""
    return json_answer(
        {"Code": 200, "Data": data, "Message": "success", "RequestId": request_id(), "Success": True, **beside}
    )


def open_enveloped(data: Any) -> HttpResponse:
    return json_answer({"success": True, "request_id": request_id(), "data": data})

"""The forms of ModelScope's answers: the envelope of /api/v1, that of /openapi/v1, and the words of its errors."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from tests.fakes.answers import Headers
from tests.fakes.wire import Request, Response

JSON = ("Content-Type", "application/json; charset=utf-8")
SUBJECTS = {"model": "模型", "dataset": "数据集", "space": "创空间"}
NO_RECORD = "record not found"
OVERLOADED = "Error 1461: Can't create more than max_prepared_stmt_count statements"


@dataclass(frozen=True)
class Problem:
    """Why something is not given: the number in the body says more than the status."""

    status: int
    code: int
    message: str


def json_answer(data: Any, status: int, request_id: str, headers: Headers | None = None) -> Response:
    """The keys come in the order of the alphabet."""
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
    return Response(status, [JSON, ("X-Request-Id", request_id), *(headers or [])], body)


def done(data: Any, headers: Headers | None = None, **beside: Any) -> Response:
    """`beside` are keys of the envelope itself, such as TotalCount."""
    request_id = str(uuid.uuid4())
    body = {"Code": 200, "Data": data, "Message": "success", "RequestId": request_id, "Success": True, **beside}
    return json_answer(body, 200, request_id, headers)


def refused(problem: Problem, headers: Headers | None = None) -> Response:
    request_id = str(uuid.uuid4())
    body = {"Code": problem.code, "Message": problem.message, "RequestId": request_id, "Success": False}
    return json_answer(body, problem.status, request_id, headers)


def open_done(data: Any) -> Response:
    request_id = str(uuid.uuid4())
    return json_answer({"success": True, "request_id": request_id, "data": data}, 200, request_id)


def open_refused(status: int, code: str, message: str) -> Response:
    request_id = str(uuid.uuid4())
    return json_answer(
        {"success": False, "request_id": request_id, "code": code, "message": message}, status, request_id
    )


def looping() -> Response:
    """What those get who ask git without being git, or at a route that is none."""
    request_id = str(uuid.uuid4())
    return json_answer({"message": "mirror self-forwarded loop detected"}, 421, request_id)


def for_method(request: Request, response: Response) -> Response:
    """An error to HEAD has no envelope, not even the length of one."""
    return Response(response.status) if request.method == "HEAD" and response.status >= 400 else response


def common_headers() -> Headers:
    return [("Date", formatdate(usegmt=True)), ("X-Request-Id", str(uuid.uuid4()))]


def no_record(kind: str, what: str) -> Problem:
    return Problem(404, 10010205001, f"获取{SUBJECTS[kind]}{what}失败，信息：{NO_RECORD}")


def no_access(kind: str, what: str) -> Problem:
    return Problem(404, 10010200001, f"获取{SUBJECTS[kind]}{what}失败，信息：no permission")


def no_tree(kind: str) -> Problem:
    return Problem(404, 10990101004, f"获取{SUBJECTS[kind]}目录树失败，目录不存在")


def no_file(kind: str, status: int) -> Problem:
    return Problem(status, 10990101007, f"获取{SUBJECTS[kind]}文件失败，文件内容为空")


def overloaded() -> Problem:
    """The number of a repo that is not there, for a hub that cannot look."""
    return Problem(404, 10010205001, f"获取模型信息失败，信息：{OVERLOADED}")

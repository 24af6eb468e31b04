"""The description of the API (OpenAPI 3.1): its settings, and what every operation has in common."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view

from hub.api.errors import MEDIA_TYPE

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "What went wrong and what to do next: problem details of RFC 9457, with members of our own.",
    "required": ["type", "title", "status", "detail", "instance", "code", "next_step", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "Where this kind of error is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened."},
        "instance": {"type": "string", "description": "The address that was asked."},
        "code": {"type": "string", "description": "For programs; it never changes within v1."},
        "next_step": {"type": "string", "description": "What to do about it."},
        "request_id": {"type": "string", "description": "Under which the log of the hub tells more."},
        "errors": {
            "type": "array",
            "description": "The mistakes of an input, field by field.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
    "example": {
        "type": "/-/docs/operator?code=RepoMissing#errors",
        "title": "Repo missing",
        "status": 404,
        "detail": "This hub does not hold the model acme/tiny",
        "instance": "/-/api/v1/repos/huggingface/model/acme/tiny/",
        "code": "RepoMissing",
        "next_step": "ask for it, or check the spelling",
        "request_id": "5f0c6a2e9d3b4c18a7e1f0d2b3c4d5e6",
    },
}

_ALWAYS = {
    "400": "The input makes no sense.",
    "401": "The hub wants to know who asks, or the token is wrong.",
    "403": "Whoever asks may not do this.",
    "404": "There is no such thing, or it is not for whoever asks.",
    "406": "There is no answer of the kind that was accepted.",
    "503": "The database, the store or an upstream does not answer for now; Retry-After says when to try again.",
}
_OF_WRITES = {
    "409": "It does not fit the state that the thing is in now, or the same write is under way.",
    "415": "The body is no JSON.",
    "422": "The Idempotency-Key came with another request before.",
    "429": "Too many writes; Retry-After says when to go on.",
    "502": "An upstream answered something that makes no sense.",
    "507": "There is no room.",
}


def described(method: str = "get", **what: Any) -> Any:
    """For a view class with one method that does something."""
    return extend_schema_view(**{method: extend_schema(**what)})


class HubSchema(AutoSchema):
    """Adds the headers that kinds of views understand: If-None-Match for reads, Idempotency-Key for writes."""

    def get_override_parameters(self) -> list[OpenApiParameter | Any]:
        found = list(super().get_override_parameters())
        if self.method in _WRITES and not getattr(self.view, "only_asks", False):
            found.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    str,
                    OpenApiParameter.HEADER,
                    description="A write that is sent twice under one key is done once. Kept for 24 hours.",
                )
            )
        if self.method == "GET" and getattr(self.view, "is_conditional", False):
            found.append(
                OpenApiParameter(
                    "If-None-Match",
                    str,
                    OpenApiParameter.HEADER,
                    description="The ETag of an answer that is here already; where it still holds, the answer is 304.",
                )
            )
        return found


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How `hub.api.authentication` is told in the description."""

    target_class = "hub.api.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of this hub: from My tokens, or `manage.py token USER`.",
        }


class SessionCookie(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "entrepot_session",
            "description": "The login of the pages. Writes need the header X-CSRFToken too.",
        }


def tell_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Spectacular's hook: every operation's errors, in the one shape; 304 where an ETag is understood."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    told = {**_ALWAYS, **_OF_WRITES}
    components["responses"] = {f"Problem{status}": _answer(text) for status, text in told.items()}
    for path in result["paths"].values():
        for method, operation in path.items():
            _complete(method.upper(), operation)
    return result


def _complete(method: str, operation: dict[str, Any]) -> None:
    statuses = {**_ALWAYS, **_OF_WRITES} if method in _WRITES else _ALWAYS
    responses = operation.setdefault("responses", {})
    for status in statuses:
        responses.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    if _has_header(operation, "If-None-Match"):
        responses["304"] = {"description": "What was sent before still holds."}
    operation["responses"] = dict(sorted(responses.items()))


def _has_header(operation: Mapping[str, Any], name: str) -> bool:
    return any(one["in"] == "header" and one["name"] == name for one in operation.get("parameters", ()))


def _answer(text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }

"""The settings of the API's description, for hub/settings.py: nothing of Django or the framework is imported here."""

from typing import Any

_DESCRIPTION = """\
Everything that the pages of this hub show, and everything that people do there, for programs.

- Who may pull may read and ask; what needs more says so. Send `Authorization: Bearer` with a token of this hub.
- Lists are cut: follow `next` until it is null. A cursor is opaque.
- Every error is an `application/problem+json` with a `code` for programs, a `detail` and a `next_step` for people.
- Writes take an `Idempotency-Key`; reads of what is held carry an `ETag`.

What may change within v1, and more examples: [the guide](/-/docs/api).
"""

SPECTACULAR: dict[str, Any] = {
    "TITLE": "Entrepot",
    "DESCRIPTION": _DESCRIPTION,
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/-/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "EXTERNAL_DOCS": {"description": "Guide to the API", "url": "/-/docs/api"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "hub.api.openapi.tell_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "RepoKind": [(kind, kind) for kind in ("model", "dataset", "space")],
        "RequestState": "hub.mirroring.models.Request.State",
        "TransferState": "hub.mirroring.models.Transfer.State",
        "Action": "hub.policy.models.Action",
    },
    "TAGS": [
        {"name": "index", "description": "Search over what is held and what could be asked for."},
        {"name": "repos", "description": "What is held: repos, revisions, files, manifests."},
        {"name": "requests", "description": "Wishes: ask, try first, talk, decide, watch."},
        {"name": "transfers", "description": "Files on their way in."},
        {"name": "rules", "description": "What is let in, and why."},
        {"name": "upstreams", "description": "The hubs out there."},
        {"name": "account", "description": "Who you are, and your tokens."},
        {"name": "hub", "description": "Numbers, and the audit trail."},
    ],
}

"""The people and rows that tests of the admin, the pages and the API share. Every name is one person's."""

from typing import Any

from django.contrib.auth.models import Group

from hub.accounts.models import User
from hub.accounts.roles import seed_roles
from hub.mirroring.models import Asker, Request
from hub.upstreams.models import Upstream

PASSWORD = "correct horse battery"
ROLES = {"vera": "viewer", "paula": "approver", "oscar": "operator"}
"""Staff by role; `adam` is the superuser, `nina` has an account and no role, `stan` is staff without one."""


def person(name: str) -> User:
    """Makes one of the people above."""
    staff = name in ROLES or name in {"adam", "stan"}
    user = User.objects.create_user(name, password=PASSWORD, is_staff=staff, is_superuser=name == "adam")
    if name in ROLES:
        seed_roles()
        user.groups.add(Group.objects.get(name=ROLES[name]))
    return user


def upstream(slug: str = "huggingface", url: str = "http://127.0.0.1:9") -> Upstream:
    return Upstream.objects.get_or_create(slug=slug, defaults={"url": url})[0]


def request(repo_id: str = "meteor/llama-like-8b", state: str = "waiting", **columns: Any) -> Request:
    """A request with facts, as after its look, and one person who asked."""
    facts = {
        "licence": "llama3",
        "gated": "manual",
        "bytes": 16_100_000_000,
        "files": 12,
        "files_in_repo": 14,
        "formats": {".safetensors": [4, 16_000_000_000], ".json": [6, 9_000_000], ".bin": [1, 90_000_000]},
        "tags": ["text-generation", "llama", "en", "license:llama3"],
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "base_models": ["meteor/llama-like"],
        "last_modified": "2026-08-01T10:00:00+00:00",
        "downloads": 5_000_000,
        "likes": 900,
        "has_code": ["modeling_llama_like.py"],
        "has_pickles": ["optimizer.bin"],
    }
    row = Request.objects.create(
        **{
            "upstream": upstream(),
            "kind": "model",
            "repo_id": repo_id,
            "key": repo_id.lower(),
            "state": state,
            "commit": "c" * 40,
            "facts": facts,
            "verdict": "ask",
            "verdict_reason": "no rule lets it in by itself",
            "verdict_rule": "Anything else",
            **columns,
        }
    )
    Asker.objects.create(request=row, label="nina", client="hf_hub/2.4.0; python/3.11")
    return row

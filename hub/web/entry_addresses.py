"""Where an entry of the index is shown: here, and on its own hub."""

from urllib.parse import quote, urlsplit

from hub.names import RepoKind
from hub.upstreams.models import Upstream


def upstream_page(upstream: Upstream, kind: str, repo_id: str) -> str:
    """The repo's page on its own hub; "" where that hub has no https address, which a link must have."""
    address = urlsplit(upstream.url)
    if address.scheme != "https" or not address.hostname:
        return ""
    prefix = RepoKind(kind).prefix if upstream.kind != "modelscope" else f"{RepoKind(kind).plural}/"
    return f"{upstream.url.rstrip('/')}/{prefix}{quote(repo_id)}"

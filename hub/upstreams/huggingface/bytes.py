"""What a Hugging Face hub says about the bytes it is about to send."""

from hub.errors import UpstreamBroken
from hub.upstreams.question import Question
from hub.upstreams.ranges import Part
from hub.upstreams.redirects import Answer


def check_identity(hop: Answer, question: Question, part: Part) -> None:
    """Upstream's own answers say which commit and how many bytes they speak of."""
    commit, size = hop.header("x-repo-commit"), hop.header("x-linked-size")
    if not hop.is_own or hop.response.status >= 400:
        return
    if commit and commit != question.revision:
        raise UpstreamBroken(f"{question.name} answered for commit {commit[:80]} in place of {question.revision}")
    if size and size != str(part.size):
        raise UpstreamBroken(f"{question.name} has {size[:80]} bytes of {part.path}; its tree says {part.size}")

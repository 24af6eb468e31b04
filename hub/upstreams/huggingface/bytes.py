"""The bytes of a file: `/resolve/` at a pinned commit, and the content network behind it."""

from dataclasses import dataclass, field

from hub.errors import UpstreamBroken, UpstreamError
from hub.upstreams.huggingface.asking import Asker
from hub.upstreams.huggingface.signposts import Signpost, Signposts
from hub.upstreams.huggingface.translate import Question, raise_for
from hub.upstreams.ranges import Part
from hub.upstreams.redirects import Answer, discard, follow, start_of_body
from hub.upstreams.stream import SocketStream

MOST_REDIRECTS = 5
SUCCESS = frozenset({200, 206})


@dataclass(frozen=True)
class Reader:
    """Opens parts of files of one upstream. Thread-safe."""

    asker: Asker
    signposts: Signposts = field(default_factory=Signposts)

    def open(self, url: str, question: Question, part: Part) -> SocketStream:
        """The part as a stream, its head checked; raises from the UpstreamError family or FileMissing and its kin."""
        answer = self._ask(url, question, part) if part.is_whole else self._ask_by_signpost(url, question, part)
        try:
            part.check(answer, question.name)
        except BaseException:
            discard(answer.response)
            raise
        return SocketStream(answer.response, question.name, part.start, part.length)

    def _ask_by_signpost(self, url: str, question: Question, part: Part) -> Answer:
        """The first part asks `/resolve/` while the others wait; then all go straight to where it was sent."""
        post = self.signposts.at(url)
        if known := self.signposts.read(post):
            return self._ask_there(post, known, url, question, part)
        with post.turn():
            known = self.signposts.read(post)
            if not known:
                answer = self._ask(url, question, part)
                self.signposts.write(post, answer.url)
                return answer
        return self._ask_there(post, known, url, question, part)

    def _ask_there(self, post: Signpost, known: str, url: str, question: Question, part: Part) -> Answer:
        """Asks where the signpost points to, and `/resolve/` again where that is no longer right."""
        try:
            answer = self._follow(known, question, part)
        except UpstreamError:
            self.signposts.forget(post, known)
            raise
        if answer.response.status in SUCCESS:
            return answer
        discard(answer.response)
        self.signposts.forget(post, known)
        return self._ask(url, question, part)

    def _ask(self, url: str, question: Question, part: Part) -> Answer:
        answer = self._follow(url, question, part)
        if answer.response.status not in SUCCESS:
            raise_for(answer, start_of_body(answer.response), question)
        return answer

    def _follow(self, url: str, question: Question, part: Part) -> Answer:
        def look(hop: Answer) -> None:
            _check_identity(hop, question, part)

        headers = part.headers | {"User-Agent": self.asker.user_agent}
        return follow(self.asker.connections, url, headers, self.asker.token, MOST_REDIRECTS, look)


def _check_identity(hop: Answer, question: Question, part: Part) -> None:
    """Upstream's own answers say which commit and how many bytes they speak of."""
    commit, size = hop.header("x-repo-commit"), hop.header("x-linked-size")
    if not hop.is_own or hop.response.status >= 400:
        return
    if commit and commit != question.revision:
        raise UpstreamBroken(f"{question.name} answered for commit {commit[:80]} in place of {question.revision}")
    if size and size != str(part.size):
        raise UpstreamBroken(f"{question.name} has {size[:80]} bytes of {part.path}; its tree says {part.size}")

"""The bytes of a file at a pinned commit: asked of the upstream, and of the content network that it sends us to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.errors import UpstreamError
from hub.upstreams.asking import Asker
from hub.upstreams.question import Question
from hub.upstreams.ranges import Part
from hub.upstreams.redirects import Answer, discard, follow, start_of_body
from hub.upstreams.signposts import Signpost, Signposts
from hub.upstreams.stream import SocketStream

MOST_REDIRECTS = 5
SUCCESS = frozenset({200, 206})

Look = Callable[[Answer, Question, Part], None]
"""Sees every answer on the way to the bytes, the last one too, and raises for one that speaks of something else."""


@dataclass(frozen=True)
class Reader:
    """Opens parts of files of one upstream. Thread-safe."""

    asker: Asker
    look: Look
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
        """The first part asks `url` while the others wait; then all go straight to where it was sent."""
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
        """Asks where the signpost points to, and `url` again where that is no longer right."""
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
            self.asker.refuse(answer, start_of_body(answer.response), question)
        return answer

    def _follow(self, url: str, question: Question, part: Part) -> Answer:
        def look(hop: Answer) -> None:
            self.look(hop, question, part)

        headers = part.headers | {"User-Agent": self.asker.user_agent}
        return follow(self.asker.connections, url, headers, self.asker.token, MOST_REDIRECTS, look)

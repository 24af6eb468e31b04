"""Where an upstream's redirects may lead, and who gets to see the token."""

import threading
from collections.abc import Callable

import pytest

from hub.errors import UpstreamBroken, UpstreamUnreachable
from hub.names import RepoId, RepoKind
from hub.upstreams.connections import Connections
from hub.upstreams.hosts import Hosts
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.signposts import MOST, SECONDS, Signposts
from tests.fakes import FakeHub, token_of, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY, client_of

MODEL = RepoKind.MODEL
COMMIT = "c" * 40
TOKEN = token_of("anybody")
Serve = Callable[..., Origin]


class Hop:
    """Sends everybody to one place, and remembers who came with what."""

    def __init__(self, location: str = "", status: int = 302) -> None:
        self.location, self.status = location, status
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.seen.append(request)
        if self.location:
            return Response(self.status, [("Location", self.location)], b"this way")
        return Response(200, [], b"0123456789")

    @property
    def tokens(self) -> list[str]:
        return [request.header("authorization") for request in self.seen]


def opened(origin: Origin, token: str = TOKEN, hosts: tuple[str, ...] = ("127.0.0.2",)) -> None:
    client = HuggingFaceClient("elsewhere", origin.url, token, hosts, 4)
    with client.open(MODEL, TINY, COMMIT, "a.bin", 10) as stream:
        assert stream.readinto(memoryview(bytearray(10))) == 10


def test_the_token_goes_to_the_upstream_and_never_to_the_content_network(
    member: HuggingFaceClient, out_there: FakeHub
) -> None:
    head = out_there.repo(world.GATED).head
    file = head.files["model.safetensors"]
    member.open(MODEL, RepoId.parse(world.GATED), head.oid, "model.safetensors", file.size).close()
    member.open(MODEL, RepoId.parse(world.GATED), head.oid, "model.safetensors", file.size, 5, 5).close()
    assert all(entry.authorization for entry in out_there.requests.matching(origin="hub"))
    cdn = out_there.requests.matching(origin="cdn")
    assert [entry.status for entry in cdn] == [200, 206]
    assert not any("authorization" in entry.headers or "cookie" in entry.headers for entry in cdn)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_hop_to_a_named_host_is_followed_without_the_token(serve: Serve, status: int) -> None:
    there = Hop()
    here = Hop(serve(there, "127.0.0.2").url + "/signed?Signature=a%2Fb%7E&Expires=1", status)
    opened(serve(here))
    assert here.tokens == [f"Bearer {TOKEN}"]
    assert there.tokens == [""]
    assert there.seen[0].target == "/signed?Signature=a%2Fb%7E&Expires=1"


def test_another_port_of_the_upstream_is_followed_without_the_token(serve: Serve) -> None:
    there = Hop()
    opened(serve(Hop(serve(there).url + "/x")), hosts=())
    assert there.tokens == [""]


def test_the_token_does_not_come_back_by_way_of_another_host(serve: Serve) -> None:
    """Back at its own origin it may be sent again; what matters is that the stranger in between saw none."""
    last, between = Hop(), Hop()
    away = Hop(serve(between, "127.0.0.2").url + "/x")
    here = serve(lambda request: (last if request.path == "/end" else away)(request))
    between.location = here.url + "/end"
    opened(here)
    assert between.tokens == [""]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.3:{port}/x",
        "http://localhost:{port}/x",
        "http://2130706434:{port}/x",
        "http://127.2:{port}/x",
        "http://[::1]:{port}/x",
        "http://127.0.0.1@127.0.0.3:{port}/x",
        "//127.0.0.3:{port}/x",
        "http:\\\\127.0.0.3:{port}/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://evil.example/x",
        "http://huggingface.co.evil.example/x",
        "file:///etc/passwd",
        "http://[::1/x",
        "http://127.0.0.1:0/x",
        "http://127.0.0.1:99999/x",
    ],
)
def test_no_redirect_leads_to_a_host_that_nobody_named(serve: Serve, location: str) -> None:
    victim = Hop()
    port = serve(victim, "127.0.0.3").port
    with pytest.raises(UpstreamBroken):
        opened(serve(Hop(location.format(port=port))))
    assert victim.seen == []


def test_questions_to_the_api_follow_the_same_rules(serve: Serve) -> None:
    victim = Hop()
    evil = serve(victim, "127.0.0.3").url
    client = client_of(serve(Hop(f"{evil}/api/models/acme/tiny", 307)).url, TOKEN)
    with pytest.raises(UpstreamBroken, match=r"127\.0\.0\.3"):
        client.info(MODEL, TINY, "")
    assert victim.seen == []


def test_a_name_that_leads_inside_is_found_out_before_a_byte_is_sent(serve: Serve) -> None:
    """As after DNS rebinding: the name is on the list, its address is one of our own network."""
    victim = Hop()
    port = serve(victim).port
    connections = Connections(Hosts("far", "http://far.invalid", ("localhost",), ()), 4)
    with pytest.raises(UpstreamBroken, match="inside our own network") as caught:
        connections.get(f"http://localhost:{port}/x", {})
    assert "HUB_UPSTREAM_HOSTS" in caught.value.next_step
    assert victim.seen == []
    named = Connections(Hosts("far", "http://far.invalid", (), ("localhost",)), 4)
    assert named.get(f"http://localhost:{port}/x", {})[1].status == 200


def test_redirects_in_a_circle_end(serve: Serve) -> None:
    here = Hop("/again")
    with pytest.raises(UpstreamBroken, match="more than 5 times"):
        opened(serve(here))
    assert len(here.seen) == 6


def test_an_entrepot_that_holds_its_answer_back_by_redirects_is_waited_for(serve: Serve) -> None:
    hops: list[str] = []

    def patient(request: Request) -> Response:
        hops.append(request.target)
        if len(hops) <= 18:
            return Response(307, [("Location", f"/api/models/acme/tiny?entrepot_wait={len(hops)}")])
        return Response(200, [], b'{"id":"acme/tiny","sha":"' + COMMIT.encode() + b'"}')

    assert client_of(serve(patient).url).info(MODEL, TINY, "").commit == COMMIT


def test_raw_unicode_in_a_location_is_escaped(serve: Serve) -> None:
    seen: list[str] = []

    def answer(request: Request) -> Response:
        seen.append(request.target)
        location = "/na\u00efve file.bin".encode().decode("latin-1")
        return Response(302, [("Location", location)]) if len(seen) == 1 else Response(200, [], b"0123456789")

    with pytest.raises(UpstreamBroken):
        opened(serve(answer))
    seen.clear()

    def without_space(request: Request) -> Response:
        seen.append(request.target)
        location = "/na\u00efve.bin".encode().decode("latin-1")
        return Response(302, [("Location", location)]) if len(seen) == 1 else Response(200, [], b"0123456789")

    opened(serve(without_space))
    assert seen[1] == "/na%C3%AFve.bin"


def test_a_redirect_for_another_commit_or_size_is_refused(serve: Serve) -> None:
    there = serve(Hop(), "127.0.0.2").url
    for header in (("X-Repo-Commit", "d" * 40), ("X-Linked-Size", "11")):
        answer = Response(302, [("Location", f"{there}/x"), header])
        with pytest.raises(UpstreamBroken):
            opened(serve(lambda request, answer=answer: answer))


def test_a_content_network_that_is_down_is_unreachable(out_there: FakeHub, client: HuggingFaceClient) -> None:
    head = out_there.repo(world.TINY).head
    out_there.cdn_origin.unplug()
    with pytest.raises(UpstreamUnreachable, match=r"127\.0\.0\.2"):
        client.open(MODEL, TINY, head.oid, "model.safetensors", head.files["model.safetensors"].size)


def test_the_proxy_of_the_environment_is_asked_for_hosts_outside(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Hop()
    monkeypatch.setenv("http_proxy", serve(proxy).url)
    monkeypatch.setenv("no_proxy", "inner.example")
    connections = Connections(Hosts("far", "http://far.example", (), ("inner.example",)), 4)
    assert connections.get("http://far.example/x", {})[1].status == 200
    assert proxy.seen[0].header("host") == "far.example"
    with pytest.raises(UpstreamUnreachable):
        connections.get("http://inner.example/x", {})
    assert len(proxy.seen) == 1


def test_many_parts_at_once_find_the_way_once(out_there: FakeHub, client: HuggingFaceClient) -> None:
    head = out_there.repo(world.TINY).head
    size = head.files["model.safetensors"].size
    data = head.files["model.safetensors"].source.read(0, size)
    found: dict[int, bytes] = {}
    start = threading.Barrier(16)

    def part(number: int) -> None:
        view = memoryview(bytearray(100))
        start.wait()
        with client.open(MODEL, TINY, head.oid, "model.safetensors", size, number * 100, 100) as stream:
            count = stream.readinto(view)
        found[number] = bytes(view[:count])

    threads = [threading.Thread(target=part, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: data[number * 100 : number * 100 + 100] for number in range(16)}
    assert len(out_there.requests.matching(origin="hub")) == 1


def test_a_signpost_is_good_for_a_while_and_forgotten_when_it_is_wrong() -> None:
    now = [0.0]
    posts = Signposts(lambda: now[0])
    post = posts.at("resolve")
    assert posts.read(post) == ""
    posts.write(post, "there")
    assert posts.read(posts.at("resolve")) == "there"
    posts.forget(post, "somewhere else")
    assert posts.read(post) == "there"
    posts.forget(post, "there")
    assert posts.read(post) == ""
    posts.write(post, "there")
    now[0] = SECONDS
    assert posts.read(post) == ""


def test_signposts_do_not_pile_up() -> None:
    posts = Signposts(lambda: 0.0)
    posts.write(posts.at("first"), "there")
    for number in range(MOST):
        posts.at(str(number))
    assert posts.read(posts.at("first")) == ""

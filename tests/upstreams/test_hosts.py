"""The allow-list by an attacker's eye: what an upstream could write into a Location."""

import pytest

from hub.errors import UpstreamBroken, UpstreamError
from hub.upstreams.hosts import HUGGINGFACE_CDN, MODELSCOPE_CDN, Hosts, Origin, is_public

HF = Hosts("huggingface", "https://huggingface.co", HUGGINGFACE_CDN, ())


def mirror(*extra: str) -> Hosts:
    return Hosts("mirror", "http://mirror.example:8080/hf", HUGGINGFACE_CDN, extra)


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/x",
        "https://huggingface.co:8443/x",
        "https://HuggingFace.CO/x",
        "https://cas-bridge.xethub.hf.co/x?Signature=a%2Fb~&Key-Pair-Id=K",
        "https://us.aws.cdn.hf.co/xet-bridge-us/x",
        "https://cdn-lfs-us-1.huggingface.co/x",
        "https://hf.co/x",
    ],
)
def test_its_own_host_and_the_known_content_network_are_admitted(url: str) -> None:
    assert HF.admit(url).scheme == "https"


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co.evil.com/x",
        "https://evilhuggingface.co/x",
        "https://huggingface.co.",
        "https://huggingface.co./x",
        "https://evil.com/huggingface.co",
        "https://evil.com?huggingface.co",
        "https://evil.com#.huggingface.co",
        "https://evil.com#@huggingface.co",
        "https://huggingface.co@evil.com/x",
        "https://huggingface.co:443@evil.com/x",
        "https://evil.com@huggingface.co/x",
        "https://@huggingface.co/x",
        "https://huggingface.co\\@evil.com/x",
        "https://evil.com\\.huggingface.co/x",
        "https://evil.com%2f.huggingface.co/x",
        "https://evil.com%00.huggingface.co/x",
        "https://evil.com\x00.huggingface.co/x",
        "https://evil.com\t.huggingface.co/x",
        "https://evil.com/x\r\nHost: huggingface.co",
        "https://huggingface\u3002co/x",
        "https://hugging\u017face.co/x",
        "https://.huggingface.co/x",
        "https://a..huggingface.co/x",
        "https://huggingface.co:0/x",
        "https://huggingface.co:99999/x",
        "https://huggingface.co:443x/x",
        "https:///x",
        "https:huggingface.co/x",
        "//huggingface.co/x",
        "huggingface.co/x",
        "file:///etc/passwd",
        "ftp://huggingface.co/x",
        "gopher://huggingface.co/x",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_only_looks_like_it_is_refused(url: str) -> None:
    with pytest.raises(UpstreamBroken):
        HF.admit(url)


@pytest.mark.parametrize("host", ["huggingface.co", "cdn-lfs.hf.co", "127.0.0.1", "evil.com"])
def test_https_never_goes_down_to_http(host: str) -> None:
    with pytest.raises(UpstreamBroken, match=r"plain http|known content network"):
        Hosts("huggingface", "https://huggingface.co", HUGGINGFACE_CDN, ["127.0.0.1"]).admit(f"http://{host}/x")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1%25eth0]",
        "[::1",
        "169.254.169.254",
        "localhost",
        "0",
    ],
)
def test_no_spelling_of_an_inner_address_is_admitted(host: str) -> None:
    with pytest.raises(UpstreamBroken):
        HF.admit(f"https://{host}/x")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]", "127.0.0.2"])
def test_an_upstream_on_an_address_is_not_found_under_other_spellings(host: str) -> None:
    with pytest.raises(UpstreamBroken):
        Hosts("local", "http://127.0.0.1:9000", (), ()).admit(f"http://{host}:9000/x")


def test_ipv6_is_compared_as_an_address() -> None:
    hosts = Hosts("local", "http://[::1]:9000", (), ["[2001:db8::5]", "2001:DB8::6"])
    for host in ("[0:0:0:0:0:0:0:1]", "[2001:db8:0::5]", "[2001:db8::6]"):
        assert hosts.admit(f"http://{host}/x")


def test_hosts_that_an_operator_named_are_admitted() -> None:
    hosts = mirror("minio.lan", "*.cdn.example", "store.lan:9000", "S3.Example.COM")
    for url in ("http://minio.lan/x", "https://minio.lan:1/x", "http://a.b.cdn.example/x", "http://store.lan:9000/x"):
        assert hosts.admit(url)
    assert hosts.admit("https://s3.example.com/x")
    for url in ("http://cdn.example/x", "http://xcdn.example/x", "http://store.lan/x", "http://minio.lan.evil.com/x"):
        with pytest.raises(UpstreamBroken, match="known content network"):
            hosts.admit(url)


def test_a_refused_host_is_named_with_what_to_do() -> None:
    with pytest.raises(UpstreamBroken) as caught:
        HF.admit("https://elsewhere.example/x")
    assert "elsewhere.example" in caught.value.sentence
    assert caught.value.next_step.startswith("add elsewhere.example to HUB_UPSTREAM_HOSTS")


def test_the_token_is_for_its_own_origin_only() -> None:
    assert HF.may_have_token(Origin("https", "huggingface.co", 443))
    for url in ("https://huggingface.co:8443/", "https://hf.co/", "https://cdn-lfs.huggingface.co/"):
        assert not HF.may_have_token(Origin.of(url))
    assert mirror().may_have_token(Origin.of("http://mirror.example:8080/"))
    assert not mirror().may_have_token(Origin.of("https://mirror.example/"))


def test_an_upstream_that_has_moved_to_https_keeps_its_token() -> None:
    hosts = Hosts("old", "http://old.example", (), ())
    assert hosts.may_have_token(Origin.of("https://old.example/"))
    assert not hosts.may_have_token(Origin.of("https://old.example:8443/"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
    ],
)
def test_addresses_of_inner_networks_are_known_however_they_are_wrapped(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2600:9000:2000::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_only_named_hosts_or_an_inner_upstream_lead_inside() -> None:
    inside = Hosts("local", "http://127.0.0.1:9000", HUGGINGFACE_CDN, ())
    assert inside.may_be_private(Origin.of("https://cdn-lfs.hf.co/"))
    outside = Hosts("far", "http://far.invalid", HUGGINGFACE_CDN, ["minio.lan"])
    assert outside.may_be_private(Origin.of("http://minio.lan/"))
    assert not outside.may_be_private(Origin.of("http://far.invalid/"))
    assert not outside.may_be_private(Origin.of("https://cdn-lfs.hf.co/"))


@pytest.mark.parametrize("url", ["huggingface.co", "ftp://huggingface.co", "https://me:secret@huggingface.co", ""])
def test_an_upstream_address_that_makes_no_sense_says_how_to_write_it(url: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        Hosts("mine", url, (), ())
    assert "secret" not in caught.value.words
    assert "https://host" in caught.value.next_step


def test_a_slip_in_the_setting_is_told() -> None:
    with pytest.raises(UpstreamError, match="HUB_UPSTREAM_HOSTS"):
        mirror("https://minio.lan/bucket")


SCOPE = Hosts("modelscope", "https://modelscope.cn", MODELSCOPE_CDN, ())


@pytest.mark.parametrize(
    "host",
    ["modelscope.cn", "www.modelscope.cn", "cdn-lfs-cn-1.modelscope.cn", "a-bucket.oss-cn-beijing.aliyuncs.com"],
)
def test_the_content_network_of_modelscope_is_known(host: str) -> None:
    assert SCOPE.admit(f"https://{host}/x").host == host


@pytest.mark.parametrize(
    "host",
    [
        "cdn-lfs-cn-1.modelscope.cn.evil.com",
        "cdn-lfs-cn-1.evil.modelscope.cn",
        "xcdn-lfs-cn-1.modelscope.cn",
        "evil.modelscope.cn",
        "oss-cn-hangzhou.aliyuncs.com",
        "a.oss-cn-hangzhou.evil.aliyuncs.com",
        "a.oss-us-west-1.aliyuncs.com",
    ],
)
def test_a_star_in_a_name_stands_for_a_part_of_one_label(host: str) -> None:
    with pytest.raises(UpstreamBroken, match="known content network"):
        SCOPE.admit(f"https://{host}/x")


@pytest.mark.parametrize("entry", ["*", "*.*.example", "a.*.example", "cdn-*.exa mple"])
def test_a_star_that_could_mean_anything_is_no_entry(entry: str) -> None:
    with pytest.raises(UpstreamError, match="HUB_UPSTREAM_HOSTS"):
        mirror(entry)

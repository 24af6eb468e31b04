"""A hub with something of everything, asked in Chinese, and what of its pages is still English."""

import re
from html.parser import HTMLParser

from django.utils import timezone, translation

from hub.accounts.models import User
from hub.accounts.tokens import issue
from hub.mirroring.comments import comment
from hub.mirroring.models import Asker, Pause, Request
from hub.policy.models import Action, Rule
from tests import people
from tests.web import arriving, listed, shown_repo

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}
REPO = "/-/repos/models/huggingface:acme/zoo"
PAGES = (
    "/-/",
    "/-/?q=qwen&kind=model",
    "/-/?q=nothinglikeit",
    "/-/setup?check=all",
    "/-/requests/",
    "/-/requests/?whose=all",
    "/-/requests/new",
    "/-/review",
    "/-/tokens",
    "/-/password",
    "/-/transfers",
    "/-/storage",
    "/-/stats",
    "/-/upstreams",
    "/-/docs/",
    REPO,
    f"{REPO}/files",
    f"{REPO}/file/main/config.json",
    f"{REPO}/file/main/model.safetensors",
    f"{REPO}/file/main/model-q4.gguf",
    f"{REPO}/file/main/tokenizer.json",
    f"{REPO}/file/main/tokenizer_config.json",
    f"{REPO}/file/main/rows.parquet",
    f"{REPO}/file/main/weights.bin",
    f"{REPO}/file/main/modeling_zoo.py",
    f"{REPO}/file/main/strange.xyz",
    f"{REPO}/revisions",
    f"{REPO}/compare",
    f"{REPO}/about",
    "/-/index/huggingface/models/meteor/llama-like-8b",
)
"""The page of a request is asked for by its number."""

# Names of programs, of fields that upstreams invented, and of what people wrote.
_SILENT = {"code", "pre", "script", "style", "kbd", "samp"}
_VOID = {"meta", "link", "img", "input", "br", "hr", "wbr", "path", "rect", "source"}


def fill(user: User) -> Request:
    """Returns a request of `user` that waits."""
    shown_repo.published()
    listed.fill()
    Rule.objects.create(name="mit", action=Action.ALLOW, licences=["mit"], max_bytes=10**9)
    row = people.request("acme/wanted", verdict_reason="no rule allows it by itself")
    Asker.objects.create(request=row, user=user, label=user.username)
    comment(row, user, "谢谢")
    issue(user, "laptop")
    worker = arriving.a_worker()
    arriving.running(1, worker)
    arriving.a_transfer(2)
    arriving.a_transfer(3, state="done", finished_at=timezone.now())
    arriving.a_wish([1, 2], "acme/large")
    Pause.objects.create(upstream=people.upstream("modelscope", "http://127.0.0.1:8"), by="oscar")
    return row


class _Text(HTMLParser):
    """The text of a page that is in the page's own language."""

    def __init__(self) -> None:
        super().__init__()
        self.quiet: list[bool] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        hushed = bool(self.quiet and self.quiet[-1]) or tag in _SILENT or (tag != "html" and "lang" in told)
        if not hushed:
            self.texts += [value for name in ("title", "aria-label", "placeholder", "alt") if (value := told.get(name))]
        if tag not in _VOID:
            self.quiet.append(hushed)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self.quiet:
            self.quiet.pop()

    def handle_data(self, data: str) -> None:
        if not (self.quiet and self.quiet[-1]) and data.strip():
            self.texts.append(" ".join(data.split()))


def texts_in(page: str) -> list[str]:
    reader = _Text()
    reader.feed(page)
    return reader.texts


def english_in(page: str) -> list[str]:
    """Texts with two English words in a row."""
    return [text for text in texts_in(page) if re.search(r"(?<![\w./:-])[A-Za-z]{2,} [a-z]{2,}(?![\w./-])", text)]


def untranslated_in(page: str) -> list[str]:
    """Texts that stand there as the catalog translates them from."""
    with translation.override("zh-hans"):
        return [text for text in texts_in(page) if re.search("[a-z]{2}", text) and translation.gettext(text) != text]

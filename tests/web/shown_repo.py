"""A repo with something of everything that the pages of a repo show, published as if it had been mirrored."""

import io
import json
import pickle
import struct
from typing import Any

from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world
from tests.fakes.content import Content

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)
CARD = """---
license: apache-2.0
language: [en, zh]
tags: [embedding, "<b>bold</b>"]
datasets:
- acme/poems
---
# Zoo, a model for tests

[![licence](https://img.example/licence.svg)](LICENSE) ![outside](https://img.example/outside.png)

It costs $5 or $6, and the loss is $a_1 * b_2$. ~~Old~~ news[^1].

![A pixel](figures/pixel.png)

## Results

| Task | Score |
|:-----|------:|
| STS  | 82.4  |

- [x] trained
- [ ] understood

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("acme/zoo")  # a comment
print(model.encode(["one", 2, None]))
```

See [the settings](config.json), [the results](#results), [a folder](figures) and [the hub](https://hub.example/x).

<details><summary>More</summary>

Inside.

</details>

[^1]: A note.
"""


def gguf(pairs: int = 3) -> bytes:
    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    notes = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("llama.context_length") + struct.pack("<II", 4, 4096),
        text("tokenizer.ggml.tokens")
        + struct.pack("<IIQ", 9, 8, 12)
        + b"".join(text(f"token-{number}") for number in range(12)),
    ][:pairs]
    tensor = text("blk.0.attn_q.weight") + struct.pack("<IQQIQ", 2, 64, 32, 12, 0)
    return b"GGUF" + struct.pack("<IQQ", 3, 1, len(notes)) + b"".join(notes) + tensor + bytes(64)


def parquet() -> bytes:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"line": list(range(50)), "text": [f"Verse <{number}>" for number in range(50)]})
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()


def tokenizer() -> str:
    return json.dumps(
        {
            "model": {"type": "BPE", "vocab": {f"tok{n}": n for n in range(100)}, "merges": ["a b", "b c"]},
            "added_tokens": [{"id": 100, "content": "<|end|>", "special": True}],
            "normalizer": {"type": "NFC"},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split"}, {"type": "ByteLevel"}]},
        }
    )


def files() -> dict[str, Content]:
    template = "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}{% endfor %}"
    return {
        "README.md": CARD,
        "LICENSE": "Apache, more or less.\n",
        "config.json": json.dumps({"model_type": "bert", "hidden_size": 8, "layers": [1, 2, 3]}),
        "figures/pixel.png": PIXEL,
        "figures/deep/notes.md": "# Notes\n\n![up](../pixel.png) and [home](../../README.md)\n",
        "model.safetensors": world.safetensors(4096),
        "model-q4.gguf": gguf(),
        "rows.parquet": parquet(),
        "tokenizer.json": tokenizer(),
        "tokenizer_config.json": json.dumps(
            {"tokenizer_class": "Fast", "eos_token": "<|end|>", "chat_template": template}
        ),
        "modeling_zoo.py": "import os\n\n\ndef zoo(x):\n    return x  # <script>alert(1)</script>\n",
        "weights.bin": pickle.dumps({"a": 1}),
        "strange.xyz": b"\x00\x01\x02",
    }


def zoo(**options: Any) -> FakeRepo:
    """Two commits on main and a tag on the first."""
    card = {"license": "apache-2.0", "pipeline_tag": "sentence-similarity", "library_name": "sentence-transformers"}
    repo = FakeRepo("acme/zoo", files(), card=card, downloads=1200, likes=7, **options)
    repo.tag("v1.0")
    repo.commit({"config.json": json.dumps({"model_type": "bert", "hidden_size": 16}), "new.txt": "new\n"}, "Grow it")
    return repo


def published(**options: Any) -> Repo:
    return publish(zoo(), **options)

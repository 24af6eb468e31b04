"""What both upstreams offer in the journeys of people who search: embeddings of every kind, and what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fakes import FakeRepo, world
from tests.fakes.card import readme
from tests.fakes.content import Kind

WANTED = "linden-lab/minilm-embedding-zh"
BY_REST = "birch-works/text-embedding-zh"
HELD = "birch-works/rerank-zh"
OPEN = "birch-works/small-embedding-zh"
AUTHORS = "linden-lab birch-works oak-data modelscope:maple-ai"
LICENCE = "cc-by-nc-4.0"
"""No rule of a new hub lets it in by itself."""
LIBRARY = "sentence-transformers"

CHINESE: dict[str, Any] = {"language": ["zh"], "pipeline_tag": "feature-extraction", "tags": ["embedding"]}
CARD = """# MiniLM for Chinese and English

A small model that turns **sentences** into 384 numbers, so that sentences of one meaning lie close together.
它把句子变成向量：意思相近的句子，向量也相近。

## How to use it

```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("linden-lab/minilm-embedding-zh")
print(model.encode(["今天天气很好", "The weather is fine today"]).shape)
```

## How good it is

| Task | Set | Score |
|:--|:--|--:|
| Similarity | STS-B-zh | 78.4 |
| Retrieval | T2-mini | 71.9 |
| Clustering | News-zh | 44.0 |

> The scores were made up for a test.

## What it is not for

- texts of more than 256 tokens
- languages other than these two
"""


def wanted(minilm: Path) -> FakeRepo:
    """Real weights under another name, with a licence that an admin has to look at."""
    card: dict[str, Any] = {
        "license": LICENCE,
        "language": ["zh", "en"],
        "library_name": LIBRARY,
        "pipeline_tag": "feature-extraction",
        "tags": ["embedding", "sentence-similarity"],
        "base_model": world.MINILM,
    }
    files = world.files_in(minilm) | {"README.md": readme(card, CARD)}
    return FakeRepo(WANTED, files, card=card, downloads=812_000, likes=431, trending=12)


def _small(repo_id: str, seed: int, *, kind: Kind = "model", downloads: int = 1000, **card: Any) -> FakeRepo:
    name = repo_id.rpartition("/")[2]
    files: dict[str, Any] = {"README.md": readme(card, f"# {name}\n\nOne of several that a search finds.")}
    if kind == "dataset":
        files["data/train.jsonl"] = "".join(f'{{"line": {number + seed}}}\n' for number in range(50))
    else:
        files["vocab.txt"] = f"[UNK]\n{name}\n"
        files["config.json"] = '{"model_type": "bert", "hidden_size": 8}'
        files["model.safetensors"] = world.safetensors(20_000 + seed, seed=seed)
    return FakeRepo(repo_id, files, kind=kind, card=card, downloads=downloads, likes=downloads // 90)


def by_rest() -> FakeRepo:
    return _small(BY_REST, 701, license=LICENCE, library_name=LIBRARY, downloads=90_000, **CHINESE)


def of_huggingface(minilm: Path) -> list[FakeRepo]:
    return [wanted(minilm), *small_of_huggingface()]


def small_of_huggingface() -> list[FakeRepo]:
    return [
        by_rest(),
        _small(OPEN, 702, license="apache-2.0", library_name=LIBRARY, downloads=2_400_000, **CHINESE),
        _small("oak-data/onnx-embedding-zh", 707, license=LICENCE, library_name="transformers", **CHINESE),
        _small(HELD, 703, license="mit", library_name="transformers", language=["zh"], pipeline_tag="text-ranking"),
        _small("oak-data/code-embedding", 704, license="mit", language=["en"], pipeline_tag="feature-extraction"),
        _small("oak-data/tiny-chat", 705, license="apache-2.0", library_name="transformers", language=["en"]),
        _small("oak-data/chinese-poems", 706, kind="dataset", license="cc-by-4.0", language=["zh"], downloads=40),
    ]


def of_modelscope() -> list[FakeRepo]:
    chinese: dict[str, Any] = {"language": ["zh"], "pipeline_tag": "sentence-embedding"}
    return [
        _small("maple-ai/nlp_sentence-embedding_chinese-base", 801, license="Apache License 2.0", **chinese),
        _small("maple-ai/nlp_word-segmentation_chinese", 802, license="Apache License 2.0", language=["zh"]),
    ]

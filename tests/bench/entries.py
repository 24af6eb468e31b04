"""An index as large as is wanted, distributed as the public hubs are: a few repos that everybody loads and a long tail
of fine-tunes that nobody does; few tasks, licences and languages that are frequent and many that are rare.

The same number always makes the same repo.
"""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE = 2_000_000
"""A smaller index is an even sample of one of this size."""

FAMILIES = [
    "llama",
    "Llama-3.1",
    "Llama-3.2",
    "Qwen2.5",
    "Qwen3",
    "Qwen2-VL",
    "mistral",
    "Mixtral",
    "gemma-2",
    "gemma-3",
    "phi-4",
    "DeepSeek-R1",
    "DeepSeek-V3",
    "bert",
    "roberta",
    "xlm-roberta",
    "distilbert",
    "deberta-v3",
    "electra",
    "t5",
    "flan-t5",
    "bart",
    "mt5",
    "whisper",
    "wav2vec2",
    "hubert",
    "speecht5",
    "bge-m3",
    "bge-large-zh",
    "e5",
    "gte",
    "all-MiniLM",
    "all-mpnet",
    "nomic-embed",
    "stable-diffusion",
    "sdxl",
    "flux",
    "controlnet",
    "lora-style",
    "vit",
    "swin",
    "resnet",
    "clip",
    "siglip",
    "dinov2",
    "yolo",
    "detr",
    "segformer",
    "sam",
    "gpt2",
    "gpt-neo",
    "opt",
    "bloom",
    "falcon",
    "ChatGLM3",
    "internlm2",
    "baichuan2",
    "Yi-1.5",
    "MiniCPM",
    "TinyLlama",
    "SmolLM2",
    "olmo",
    "starcoder",
    "codellama",
    "esm2",
    "ppo-LunarLander",
    "q-FrozenLake",
    "my-model",
    "sft-run",
    "dpo-run",
    "checkpoint",
    "test",
    "vicuna",
    "zephyr",
    "hermes",
    "wizard",
    "nllb",
    "opus-mt",
    "marian",
    "pegasus",
    "layoutlm",
    "donut",
    "trocr",
]
SUFFIXES = [
    "instruct",
    "chat",
    "base",
    "it",
    "gguf",
    "GGUF",
    "awq",
    "gptq",
    "4bit",
    "8bit",
    "lora",
    "finetuned-squad",
    "finetuned-ner",
    "finetuned-emotion",
    "v2",
    "v3",
    "large",
    "small",
    "tiny",
    "zh",
    "en",
    "multilingual",
    "medical",
    "legal",
    "coder",
    "math",
    "reasoning",
    "distill",
    "merged",
    "adapter",
    "dpo",
    "sft",
    "uncensored",
    "roleplay",
    "Q4_K_M",
    "mlx",
    "onnx",
    "exl2",
    "ft",
    "quantized",
    "abliterated",
    "imatrix",
]
SIZES = ("0.5B", "1B", "1.5B", "3B", "7B", "8B", "13B", "14B", "32B", "70B", "large", "base", "small")
TASKS = [
    "text-generation",
    "text-classification",
    "token-classification",
    "text-to-image",
    "reinforcement-learning",
    "automatic-speech-recognition",
    "feature-extraction",
    "fill-mask",
    "sentence-similarity",
    "image-classification",
    "translation",
    "question-answering",
    "image-text-to-text",
    "summarization",
    "object-detection",
    "text-to-speech",
    "image-to-image",
    "zero-shot-classification",
    "text-ranking",
    "image-segmentation",
    "text-to-video",
    "depth-estimation",
    "tabular-classification",
]
LIBRARIES = [
    "transformers",
    "peft",
    "diffusers",
    "gguf",
    "sentence-transformers",
    "stable-baselines3",
    "timm",
    "mlx",
    "keras",
    "setfit",
    "adapter-transformers",
    "spacy",
    "ml-agents",
    "fastai",
    "nemo",
    "espnet",
    "flair",
]
LICENCES = [
    "apache-2.0",
    "mit",
    "other",
    "llama3.1",
    "openrail",
    "creativeml-openrail-m",
    "cc-by-nc-4.0",
    "gemma",
    "llama2",
    "cc-by-4.0",
    "gpl-3.0",
    "bsd-3-clause",
    "cc-by-sa-4.0",
    "unlicense",
]
LANGUAGES = [
    "en",
    "zh",
    "fr",
    "de",
    "es",
    "ja",
    "ko",
    "ru",
    "pt",
    "it",
    "ar",
    "hi",
    "vi",
    "th",
    "id",
    "tr",
    "nl",
    "pl",
    "uk",
    "sv",
    "fi",
    "cs",
    "el",
    "he",
    "fa",
    "bn",
    "ta",
    "te",
    "ur",
    "mr",
    "my",
    "km",
    "lo",
    "mn",
    "kk",
    "yue",
]
TAGS = [
    "safetensors",
    "pytorch",
    "endpoints_compatible",
    "autotrain_compatible",
    "text-generation-inference",
    "conversational",
    "tensorboard",
    "generated_from_trainer",
    "onnx",
    "jax",
    "lora",
    "merge",
    "mergekit",
    "trl",
    "sft",
    "dpo",
    "unsloth",
    "quantized",
    "imatrix",
    "code",
    "math",
    "medical",
    "finance",
    "legal",
    "biology",
    "roleplay",
    "not-for-all-audiences",
    "custom_code",
    "model-index",
]
SENTENCES = (
    "This model is a fine-tuned version of a base model on an unknown dataset",
    "Quantized files for llama.cpp, made with imatrix",
    "A dense embedding model that maps sentences to vectors for retrieval and clustering",
    "中文文本向量模型，用于语义检索和相似度计算",
    "大语言模型，支持中英双语对话",
    "Trained with DPO on preference data for helpful dialogue",
    "",
)


def _weights(values: Sequence[str]) -> list[float]:
    """Added up, so that the first are drawn most."""
    return list(accumulate(1 / (rank + 1) ** 0.8 for rank in range(len(values))))


_WEIGHTS = {
    id(values): _weights(values)
    for values in (FAMILIES, SUFFIXES, SIZES, TASKS, LIBRARIES, LICENCES, LANGUAGES, TAGS, SENTENCES)
}


def _one(chance: Random, values: Sequence[str]) -> str:
    """As `choices` does, which takes several times as long for one."""
    weights = _WEIGHTS[id(values)]
    return values[bisect(weights, chance.random() * weights[-1], 0, len(values) - 1)]


def rank_of(number: int, count: int) -> float:
    """The place by downloads of a repo, were the index whole; neighbours in the table are none in popularity."""
    return 1 + (number * 1_000_003 % count) * (WHOLE / count)


def entries(first: int, last: int, count: int, upstreams: Sequence[Any]) -> Iterator[Any]:
    """Unsaved Entry rows `first` to `last` of `count`, with their words and popularity."""
    for number in range(first, last):
        yield _entry(number, count, upstreams)


def _entry(number: int, count: int, upstreams: Sequence[Any]) -> Any:
    from hub.index.models import Entry
    from hub.index.popularity import popularity_of
    from hub.index.words import words_of

    chance = Random(number)
    rank = rank_of(number, count)
    kind = chance.choices(("model", "dataset", "space"), cum_weights=(0.78, 0.97, 1))[0]
    upstream = upstreams[chance.random() > 0.9 if len(upstreams) > 1 else 0]
    namespace, name = _names(chance, rank, number)
    task, library = _one(chance, TASKS), _one(chance, LIBRARIES)
    languages = [_one(chance, LANGUAGES)] if chance.random() < 0.6 else []
    if chance.random() < 0.02:
        languages = list(LANGUAGES)
    licence = _one(chance, LICENCES) if chance.random() < 0.55 else ""
    downloads = int(1e8 / rank**1.14 * chance.uniform(0.5, 1.5))
    parameters = int(10 ** chance.gauss(9.2, 0.9)) if kind == "model" and chance.random() < 0.6 else 0
    updated = NOW - timedelta(minutes=int(chance.expovariate(1 / 500_000)))
    entry = Entry(
        upstream=upstream,
        kind=kind,
        namespace=namespace,
        name=name,
        key=f"{namespace}/{name}".lower(),
        summary=_one(chance, SENTENCES) if chance.random() < 0.4 else "",
        task=task if kind == "model" and chance.random() < 0.75 else "",
        library=library if kind == "model" and chance.random() < 0.8 else "",
        licence=licence,
        languages=languages,
        tags=_tags(chance, task, library, licence, languages),
        gated="auto" if chance.random() < 0.03 else "",
        parameters=parameters,
        bytes=parameters * 2 if parameters and chance.random() < 0.7 else 0,
        downloads=downloads,
        likes=int(downloads**0.55 * chance.uniform(0, 0.6)),
        trending=round(chance.expovariate(1) if rank < 20_000 else 0.0, 2),
        created_at=updated - timedelta(days=chance.randrange(600)),
        updated_at=updated,
        commit=f"{number:040x}",
    )
    entry.popularity = popularity_of(entry)
    entry.words = words_of(entry, upstream.slug)
    return entry


def _names(chance: Random, rank: float, number: int) -> tuple[str, str]:
    """The known organisations have the repos that are loaded most."""
    owner = f"org{int(rank**0.5):03d}" if rank < 20_000 else f"user{int(chance.paretovariate(0.6) * 50) % 400_000}"
    parts = [_one(chance, FAMILIES)]
    if chance.random() < 0.6:
        parts.append(_one(chance, SIZES))
    parts += [_one(chance, SUFFIXES) for _ in range(chance.choices((0, 1, 2, 3), cum_weights=(0.3, 0.7, 0.92, 1))[0])]
    if chance.random() < 0.4:
        parts.append(_rare_word(number))
    return owner, f"{'-'.join(parts)[:80]}-{number:x}"


def _rare_word(number: int) -> str:
    """One of some 100,000 made-up words."""
    syllables = ("ka", "lo", "mi", "ter", "an", "ru", "shi", "vel", "dor", "qua")
    digits = f"{number * 7919 % 100_000:05d}"
    return "".join(syllables[int(digit)] for digit in digits)


def _tags(chance: Random, task: str, library: str, licence: str, languages: Sequence[str]) -> list[str]:
    tags = [library, *{_one(chance, TAGS): None for _ in range(chance.randrange(2, 9))}, task, *languages]
    if licence:
        tags.append(f"license:{licence}")
    if chance.random() < 0.3:
        tags.append(f"base_model:org{chance.randrange(100):03d}/{_one(chance, FAMILIES)}")
    if chance.random() < 0.1:
        tags.append(f"arxiv:{chance.randrange(1800, 2612)}.{chance.randrange(20_000):05d}")
    return [*tags, "region:us"]


def load(first: int, last: int, count: int, upstreams: Sequence[Any]) -> None:
    """Writes the rows by COPY on Postgres, in bulk elsewhere."""
    from django.db import connection

    from hub.index.models import Entry

    if connection.vendor == "postgresql":
        _copy(entries(first, last, count, upstreams))
    else:
        Entry.objects.bulk_create(entries(first, last, count, upstreams), batch_size=500)


def _copy(rows: Iterator[Any]) -> None:
    from django.db import connection

    from hub.index.models import Entry

    columns = [field.column or "" for field in Entry._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {Entry._meta.db_table} ({names}) FROM STDIN") as copy:
        for row in rows:
            values = (getattr(row, column) for column in columns)
            copy.write_row([json.dumps(value) if isinstance(value, list) else value for value in values])

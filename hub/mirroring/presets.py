"""Choices of files that people make often, by the patterns they stand for."""

from collections.abc import Mapping

from hub.catalog.sameness import WEIGHTS
from hub.mirroring.patterns import Patterns
from hub.mirroring.survey import PICKLE_SUFFIXES

_OTHER_WEIGHTS = sorted({*WEIGHTS.split(), *PICKLE_SUFFIXES} - {".safetensors"})

PRESETS: Mapping[str, Patterns] = {
    "all": Patterns(),
    # Whatever else belongs to a model stays: its settings, its tokenizer, its card.
    "safetensors": Patterns.of((), (f"*{suffix}" for suffix in _OTHER_WEIGHTS)),
    "gguf": Patterns.of(("*.gguf", "*.json", "*.md", "*LICENSE*"), ()),
    "no-pickles": Patterns.of((), (f"*{suffix}" for suffix in sorted(PICKLE_SUFFIXES))),
}

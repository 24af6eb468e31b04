"""Model families as they lie on both hubs. Standard library only."""

from .family import Family
from .worlds import every_family, llama_2_7b

__all__ = ["Family", "every_family", "llama_2_7b"]

"""A stand-in for ModelScope, with the quirks that are documented of it. Standard library only."""

from .hub import FakeModelScope
from .quirks import Quirks

__all__ = ["FakeModelScope", "Quirks"]

from collections.abc import Sequence
from typing import TypedDict

class Rectangle(TypedDict):
    x: float
    y: float
    dx: float
    dy: float

def normalize_sizes(sizes: Sequence[float], dx: float, dy: float) -> list[float]: ...
def squarify(sizes: Sequence[float], x: float, y: float, dx: float, dy: float) -> list[Rectangle]: ...

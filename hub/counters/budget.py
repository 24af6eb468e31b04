"""What a budget of requests in a fixed window is, for every counter that keeps one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """Shares of the quota: `kept` is for the urgent alone; below `short` the others are spread over the window."""

    kept: float = 0.1
    short: float = 0.25


@dataclass(frozen=True)
class Observation:
    """What an answer told: `left` requests (-1 = not told) for `seconds`, `quota` in each `window` seconds (0 = not
    told); `away` is for how many seconds nobody may ask at all."""

    left: int = -1
    seconds: float = 0.0
    quota: int = 0
    window: float = 0.0
    away: float = 0.0


@dataclass(frozen=True)
class Budget:
    """How it stands: `quota` is 0 where nobody has told one; `resets_in` and `paused` are seconds."""

    left: int = 0
    quota: int = 0
    resets_in: float = 0.0
    paused: float = 0.0

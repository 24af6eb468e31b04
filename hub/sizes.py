"""Sizes and times as people read them. Decimal units, as the hubs and the rules count: 20 GB = 20 * 10^9 bytes."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def human_bytes(count: int | float) -> str:
    """`1 byte`, `999 bytes`, `1.2 kB`, `15 GB`."""
    if count == 1:
        return "1 byte"
    value, unit = float(count), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        return f"{int(value)} bytes"
    return f"{value:.1f} {_UNITS[unit]}" if value < 9.95 else f"{value:.0f} {_UNITS[unit]}"


def human_seconds(seconds: float) -> str:
    """`8 s`, `3 min`, `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s"
    if whole < 5400:
        return f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"

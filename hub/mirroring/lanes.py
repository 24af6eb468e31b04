"""The lane of a file, by its size: small ones are fetched whole, many at a time; large ones in parts, one by one."""

SMALL_LIMIT = 8 * 1024 * 1024
"""Bytes. Files up to this size are small."""

SMALL, LARGE = "small", "large"

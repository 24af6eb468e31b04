"""Bytes we hold: Blob rows, and the store that keeps the bytes."""

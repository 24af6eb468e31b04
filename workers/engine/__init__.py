"""Bytes in motion: claim, fetch, land, sweep."""

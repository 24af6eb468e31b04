"""Entrepot: a self-hosted model hub mirror."""

__version__ = "0.1.0"

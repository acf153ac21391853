"""Headend: an open platform that a television operator runs its whole service on."""

__version__ = "0.1.0"

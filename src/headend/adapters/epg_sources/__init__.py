"""Formats of guides: each is one function, `catalog.ports.GuideFormat`."""

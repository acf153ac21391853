"""Cameras that households watch like channels: of their streets and yards, and of their own homes."""

"""Channels, guide, categories and tariffs: what is watched and sold."""

"""Encoders: make media files that the platform serves itself."""

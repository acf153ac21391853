"""Shared values that every room may use: actors, errors, passwords, tokens. No framework, no I/O."""

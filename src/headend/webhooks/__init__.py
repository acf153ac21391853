"""Webhooks: what other systems are told of what was written, and how it got there."""

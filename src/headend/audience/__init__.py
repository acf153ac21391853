"""Audience: who watched what, when and on what."""

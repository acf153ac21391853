"""Operators (a tree), their staff, roles, API keys and the audit log: who may do what."""

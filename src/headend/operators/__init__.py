"""Operators (a tree of tenants), their staff, dealers and API keys, the audit log and the change feed."""

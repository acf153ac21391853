"""How webhooks leave the house: over HTTP."""

from headend.adapters.webhooks.http import post

__all__ = ["post"]

"""Gets files and addresses of guides and channel lists, unpacked, without fetching again what has not changed."""

from headend.adapters.fetching.fetch import fetch, fetch_public, open_source

__all__ = ["fetch", "fetch_public", "open_source"]

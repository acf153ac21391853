"""Gets files and addresses of guides and channel lists, unpacked, without fetching again what has not changed; and
small answers that somebody waits for.
"""

from headend.adapters.fetching.fetch import fetch, fetch_public, is_web_address, open_source
from headend.adapters.fetching.small import ask, ask_public

__all__ = ["ask", "ask_public", "fetch", "fetch_public", "is_web_address", "open_source"]

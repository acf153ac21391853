"""Which web pages on other hosts may read answers (CORS, Fetch standard, section 3.3), for all that answers devices.

Everybody may without cookies; with them only the operators' own portals.
"""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

METHODS = "GET, POST, HEAD, OPTIONS"
PREFLIGHT = (
    ("access-control-allow-methods", METHODS),
    (
        "access-control-allow-headers",
        "accept, authorization, cache-control, content-type, if-none-match, pragma, range, x-requested-with",
    ),
    ("access-control-max-age", "86400"),
)


def headers_for(origin: str, portals: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The headers of an answer to a page of `origin`; `portals` are the origins that may send cookies."""
    if origin not in portals:
        return (("access-control-allow-origin", "*"),)
    return (
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("vary", "origin"),
    )


def origins_of(urls: Iterable[str]) -> frozenset[str]:
    """The origins of web addresses; what is none has none."""
    parts = (urlsplit(url) for url in urls)
    return frozenset(f"{each.scheme}://{each.netloc}" for each in parts if each.scheme and each.netloc)

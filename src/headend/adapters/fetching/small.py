"""Gets small answers that somebody waits for: a few seconds, a few megabytes, kept in memory."""

import time
from collections.abc import Sequence
from ipaddress import ip_network
from typing import NamedTuple

import httpx

from headend import __version__
from headend.adapters.fetching.addresses import PublicTransport
from headend.adapters.fetching.fetch import without_secrets
from headend.catalog.errors import FetchFailed

SECONDS = 10.0
"""For the whole answer, also from a server that gives a byte now and then."""

MOST_BYTES = 2 * 1024**2


class Answer(NamedTuple):
    """An answer of whatever HTTP status."""

    status: int
    body: bytes


def ask(url: str, params: dict[str, str] | None = None) -> Answer:
    """Get an http(s) address that whoever runs this installation names. Raises FetchFailed."""
    return _ask(url, params, None)


def ask_public(url: str, *, allowed: Sequence[str] = ()) -> Answer:
    """Get an address that somebody else names: from public addresses and `allowed` networks alone."""
    return _ask(url, None, PublicTransport([ip_network(network) for network in allowed]))


def _ask(url: str, params: dict[str, str] | None, transport: PublicTransport | None) -> Answer:
    headers = {"user-agent": f"headend/{__version__}", "accept-encoding": "identity"}
    began = time.monotonic()
    try:
        with (
            httpx.Client(transport=transport, timeout=SECONDS / 2, follow_redirects=True) as client,
            client.stream("GET", url, params=params, headers=headers) as answer,
        ):
            return Answer(answer.status_code, _read(answer, url, began + SECONDS))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(f"{without_secrets(url)} cannot be fetched ({type(error).__name__})") from error


def _read(answer: httpx.Response, url: str, until: float) -> bytes:
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise FetchFailed(f"{without_secrets(url)} gives more than {MOST_BYTES >> 20} MiB")
        if time.monotonic() > until:
            raise FetchFailed(f"{without_secrets(url)} takes more than {SECONDS:.0f} seconds")
    return bytes(body)

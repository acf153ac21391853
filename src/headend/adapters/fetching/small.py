"""Gets small answers that somebody waits for: a few seconds, a few megabytes, kept in memory."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import NamedTuple

import httpx

from headend import __version__
from headend.adapters.fetching.addresses import PublicTransport
from headend.adapters.fetching.fetch import UNREACHED, without_secrets
from headend.catalog.errors import FetchFailed

SECONDS = 10.0
"""For the whole answer, also from a server that gives a byte now and then."""

MOST_BYTES = 2 * 1024**2
MOST_REDIRECTS = 5


class Answer(NamedTuple):
    """An answer of whatever HTTP status."""

    status: int
    body: bytes


def ask(url: str, params: dict[str, str] | None = None) -> Answer:
    """Get an http(s) address that whoever runs this installation names. Raises FetchFailed."""
    return _ask(url, params, None)


def ask_public(url: str, *, allowed: Sequence[str] = (), most_bytes: int = MOST_BYTES) -> Answer:
    """Get an address that somebody else names: from public addresses and `allowed` networks alone."""
    return _ask(url, None, PublicTransport([ip_network(network) for network in allowed]), most_bytes)


def _ask(
    url: str, params: dict[str, str] | None, transport: PublicTransport | None, most_bytes: int = MOST_BYTES
) -> Answer:
    headers = {"user-agent": f"headend/{__version__}", "accept-encoding": "identity"}
    limits = _Limits(without_secrets(url), most_bytes, time.monotonic() + SECONDS)
    try:
        with (
            httpx.Client(
                transport=transport,
                timeout=SECONDS / 2,
                follow_redirects=True,
                max_redirects=MOST_REDIRECTS,
                event_hooks={"response": [limits.check_time]},
            ) as client,
            client.stream("GET", url, params=params, headers=headers) as answer,
        ):
            return Answer(answer.status_code, _read(answer, limits))
    except UNREACHED as error:
        raise FetchFailed(f"{without_secrets(url)} cannot be fetched ({type(error).__name__})") from error


@dataclass(frozen=True, slots=True)
class _Limits:
    name: str
    most_bytes: int
    until: float

    def check_time(self, _answer: httpx.Response) -> None:
        if time.monotonic() > self.until:
            raise FetchFailed(f"{self.name} takes more than {SECONDS:.0f} seconds")


def _read(answer: httpx.Response, limits: _Limits) -> bytes:
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > limits.most_bytes:
            raise FetchFailed(f"{limits.name} gives more than {limits.most_bytes >> 20} MiB")
        limits.check_time(answer)
    return bytes(body)

"""Posts webhooks: to public addresses and allowed networks, without redirects, within seconds."""

import time
from collections.abc import Mapping, Sequence
from ipaddress import ip_network

import httpx

from headend import __version__
from headend.adapters.fetching.addresses import PublicTransport
from headend.catalog.errors import FetchFailed
from headend.webhooks.errors import NotDelivered

CONNECT_SECONDS = 5.0
SECONDS = 15.0
"""For the whole answer, also from a server that gives a byte now and then."""
MOST_BYTES = 64 * 1024


def post(url: str, headers: Mapping[str, str], body: bytes, *, allowed: Sequence[str]) -> int:
    """As `webhooks.ports.Post`."""
    own = {"content-type": "application/json", "user-agent": f"headend/{__version__}", "accept-encoding": "identity"}
    transport = PublicTransport([ip_network(network) for network in allowed])
    timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
    began = time.monotonic()
    try:
        with (
            httpx.Client(transport=transport, timeout=timeout) as client,
            client.stream("POST", url, content=body, headers={**own, **headers}) as answer,
        ):
            _hear(answer, began + SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NotDelivered(f"it does not answer ({type(error).__name__})") from error
    except FetchFailed as error:
        raise NotDelivered("its address is not public, and the setting fetch_networks does not allow it") from error
    if not answer.is_success:
        raise NotDelivered(f"it answers {answer.status_code}", answer.status_code)
    return answer.status_code


def _hear(answer: httpx.Response, until: float) -> None:
    """Read what it says, to no end: it is only polite, and keeps no connection open."""
    size = 0
    for part in answer.iter_raw():
        size += len(part)
        if time.monotonic() > until:
            raise NotDelivered(f"its answer takes more than {SECONDS:.0f} seconds")
        if size > MOST_BYTES:
            return

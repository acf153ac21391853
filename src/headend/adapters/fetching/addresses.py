"""From where an operator's own sources may be fetched: the public internet and networks that the configuration adds.

Whoever may name a source could otherwise read what only this machine or its network reaches: services on loopback,
the console of a router, the metadata service of a cloud. A name is looked up once, every address that it leads to is
checked, and the connection goes to the very address that was checked; a redirect begins anew.
"""

import socket
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from headend.catalog.errors import FetchFailed

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

MOST_ADDRESSES = 8
"""Of one name; each that does not answer costs the time-out of a connection."""

# Not in every version of `ipaddress`: NAT64 of a site's own choice (RFC 8215), and the old addresses inside IPv6.
_NOT_PUBLIC = (ip_network("64:ff9b:1::/48"), ip_network("::/96"), ip_network("fec0::/10"))
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, and so does the IPv4 address that it may stand for."""
    if isinstance(address, IPv6Address) and (inner := _embedded(address)) is not None:
        return is_public(inner)
    special = address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    # Documentation, benchmarks, carriers' shared space and private networks are not global.
    return address.is_global and not special and not any(address in network for network in _NOT_PUBLIC)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which packets for this one are carried in the end."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class PublicTransport(httpx.BaseTransport):
    """Sends requests only to public addresses and to `allowed` networks; FetchFailed for all others."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = allowed
        # No connection is kept: a second name on the same address needs a handshake of its own.
        self._inner = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        failure: httpx.TransportError = httpx.ConnectError("the name leads nowhere", request=request)
        for address in self._checked(request):
            try:
                return self._inner.handle_request(_sent_to(address, request))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    def close(self) -> None:
        self._inner.close()

    def _checked(self, request: httpx.Request) -> list[Address]:
        try:
            return allowed_addresses(request.url.raw_host.decode("ascii"), self._allowed)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(str(error), request=request) from error


def allowed_addresses(host: str, allowed: Iterable[Network]) -> list[Address]:
    """Where a name leads, if all of it may be reached; raises FetchFailed, and OSError when it leads nowhere."""
    addresses = list(dict.fromkeys(_addresses(host)))[:MOST_ADDRESSES]
    networks = tuple(allowed)
    for address in addresses:
        if not is_public(address) and not any(address in network for network in networks):
            raise FetchFailed(
                f"{host} leads to {address}, from where an operator's own source may not be fetched: "
                "it is no public address, and the setting fetch_networks does not allow it"
            )
    return addresses


def _addresses(host: str) -> Iterator[Address]:
    """Where the system's own rules lead, which also read `127.1` and `0x7f000001` as addresses."""
    for *_, place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
        yield ip_address(str(place[0]).partition("%")[0])


def _sent_to(address: Address, request: httpx.Request) -> httpx.Request:
    """The same request to an address instead of a name; the name stays in Host and in the TLS handshake."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
    )

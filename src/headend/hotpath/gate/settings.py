"""What the gate is set up with."""

from dataclasses import dataclass

from headend.delivery.ports import GeoLocator, locate_nothing


@dataclass(frozen=True, slots=True)
class GateSettings:
    """`public_url` is where devices reach us, without a last slash; `secret` signs the addresses in playlists;
    `origins` are web origins that may send cookies, beside the operators' portals; `reserved_addresses` are told by
    the health check. A snapshot older than `max_age_seconds` is stale; beats are written every `beat_seconds`. `locate`
    says in which country an address is. After a change of an operator's channels, devices are told to fetch the list
    anew one account after the other, within `list_refresh_seconds`.
    """

    public_url: str
    secret: str
    version: str = ""
    origins: tuple[str, ...] = ()
    reserved_addresses: tuple[str, ...] = ()
    max_age_seconds: float = 30
    beat_seconds: float = 30
    list_refresh_seconds: int = 0
    locate: GeoLocator = locate_nothing

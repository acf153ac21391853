"""Any server whose addresses an operator can write down as masks.

Counts in the configuration: `mask` (needed), `archive_mask`, and for `$signed` and `$expires` also `secret`,
`ttl_seconds`, `bind_to_address`. Example: `http://host/$cid/video-$flpbt-$flpdur.m3u8?token=$token`.
"""

from headend.adapters.streaming_servers.masked import MaskedServer, archive_mask, live_mask
from headend.delivery.ports import ServerConfig


class MaskServer(MaskedServer):
    """Addresses exactly as the masks say; catch-up is announced with the archive mask as the player's template."""

    def __init__(self, config: ServerConfig) -> None:
        archive = archive_mask(config, config.archive_mask) if config.archive_mask else None
        super().__init__(config, live_mask(config, config.mask), archive)

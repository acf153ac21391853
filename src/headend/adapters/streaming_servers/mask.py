"""Any server whose addresses an operator can write down as masks.

Counts in the configuration: `mask` (needed unless there is a `vod_mask`), `archive_mask`, `vod_mask`, and for
`$signed` and `$expires` also `secret`,
`ttl_seconds`, `bind_to_address`. Example: `http://host/$cid/video-$flpbt-$flpdur.m3u8?token=$token`.
"""

from headend.adapters.streaming_servers.masked import MaskedServer, Masks, archive_mask, live_mask, vod_mask
from headend.delivery.ports import ServerConfig


class MaskServer(MaskedServer):
    """Addresses exactly as the masks say; catch-up is announced with the archive mask as the player's template."""

    def __init__(self, config: ServerConfig) -> None:
        archive = archive_mask(config, config.archive_mask) if config.archive_mask else None
        vod = vod_mask(config, config.vod_mask) if config.vod_mask else None
        live = None if vod and not config.mask else live_mask(config, config.mask)
        super().__init__(config, Masks(live, archive, vod))

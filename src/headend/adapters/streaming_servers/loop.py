"""The origin that comes with Headend and plays loops by the wall clock (headend.hotpath.origin).

Counts in the configuration: `base_url` (where the origin answers), `secret` (the origin's), `ttl_seconds`,
`bind_to_address`, `shift_seconds`. The token is a folder of the path: every address inside a playlist is relative,
so each player keeps the token for playlists of renditions and for segments, which it would not do with a query.
"""

from headend.adapters.streaming_servers.masked import MaskedServer, Masks, archive_mask, head_of, live_mask, vod_mask
from headend.delivery.errors import ServerConfigRefused
from headend.delivery.ports import ServerConfig


class LoopServer(MaskedServer):
    """Live, start-over, any past period and films; `stream_id` is the name of a loop, or a number that is given one."""

    def __init__(self, config: ServerConfig) -> None:
        if not config.secret:
            raise ServerConfigRefused("the origin needs a secret", "secret")
        head = f"{head_of(config)}/$signed/$cid/"
        live = live_mask(config, "timeshift_rel-$shift.m3u8" if config.shift_seconds else "index.m3u8", head)
        archive = archive_mask(config, "archive-$flpbt-$flpdur.m3u8", head)
        film = vod_mask(config, "film-$duration.m3u8", head, more=("cid",))
        super().__init__(config, Masks(live, archive, film))

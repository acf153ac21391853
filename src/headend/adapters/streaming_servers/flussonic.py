"""Flussonic Media Server: addresses of its "Play" and "DVR" documentation.

Counts in the configuration: `base_url` (needed); `secret`: when set, `?token=` is a stateless token signed with it,
otherwise the session's token, which Flussonic asks us about; `ttl_seconds` and `bind_to_address` for the signed one;
`shift_seconds`. The masks, when set, are only the file names: `mask` is `index.m3u8` (or `video.m3u8`, `mpegts`),
`archive_mask` is `archive-$flpbt-$flpdur.m3u8` (or `timeshift_abs-$flpbt.m3u8`, `timeshift_rel-$flpago.m3u8`,
`rewind-$flpago.m3u8`). The folder is the channel's prefix, if any, and its stream id. `vod_mask` is the file name
behind a film's path, which begins with Flussonic's VOD location: `index.m3u8` (or `manifest.mpd`).
"""

from headend.adapters.streaming_servers.masked import MaskedServer, Masks, archive_mask, head_of, live_mask, vod_mask
from headend.delivery.ports import CatchUpMode, ServerConfig, StreamRequest
from headend.delivery.rules import Mask

_NO_TOKEN = ("?token=", "&token=")


class FlussonicServer(MaskedServer):
    """Players that know Flussonic make archive addresses themselves; the others get the template."""

    def __init__(self, config: ServerConfig) -> None:
        head = f"{head_of(config)}/$prefix/$cid/"
        live = config.mask or ("timeshift_rel-$shift.m3u8" if config.shift_seconds else "index.m3u8")
        archive = config.archive_mask or "archive-$flpbt-$flpdur.m3u8"
        super().__init__(
            config,
            Masks(
                live_mask(config, _with_token(live, config), head),
                archive_mask(config, _with_token(archive, config), head),
                vod_mask(config, _with_token(config.vod_mask or "index.m3u8", config), f"{head_of(config)}/$file/"),
            ),
            CatchUpMode.FLUSSONIC,
        )

    def _finished(self, address: str, request: StreamRequest, mask: Mask) -> str:
        # Players recognise `index.m3u8` with no query or a full one, not with an empty token.
        return address[: -len(_NO_TOKEN[0])] if address.endswith(_NO_TOKEN) else address


def _with_token(file: str, config: ServerConfig) -> str:
    if "$token" in file or "$signed" in file:
        return file
    return f"{file}{'&' if '?' in file else '?'}token={'$signed' if config.secret else '$token'}"

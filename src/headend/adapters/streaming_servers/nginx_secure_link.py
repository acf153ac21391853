"""nginx (or Angie) with ngx_http_secure_link_module in front of any HLS folder or packager.

Counts in the configuration: `mask` (needed unless there is a `vod_mask`), `archive_mask`, `vod_mask`, `secret`
(needed), `ttl_seconds`, `bind_to_address`.

What is hashed, byte for byte (MD5, then base64url without `=`), is nginx's own documented layout:

    secure_link_md5 "$secure_link_expires$uri$remote_addr SECRET";     with bind_to_address
    secure_link_md5 "$secure_link_expires$uri SECRET";                 without

`$uri` is the path after nginx has decoded percent escapes and merged slashes, without the query. The link stands in
one of two places, chosen by the mask:

- without `$link` the query gets `md5=` and `expires=` (`secure_link $arg_md5,$arg_expires;`). It protects this one
  address: a player does not carry the query over to the addresses inside a playlist;
- with `$link/$cid/` in the path, a folder `<md5>,<expires>` stands before the stream's folder, and `/<cid>/` is
  hashed in place of `$uri`. Relative addresses keep the link, so playlists and segments are all protected:

      location ~ "^/(?<link>[\\w-]{22},\\d+)(?<folder>/[^/]+/)(?<file>.+)$" {
          secure_link     $link;
          secure_link_md5 "$secure_link_expires$folder$remote_addr SECRET";
          if ($secure_link = "")  { return 403; }
          if ($secure_link = "0") { return 410; }
          alias /srv/hls$folder$file;
      }

In `vod_mask` the link stands before the file's path: `$link/$file/index.m3u8`, and `/<path>/` is hashed.
"""

import re
from base64 import urlsafe_b64encode
from hashlib import md5
from urllib.parse import unquote

from headend.adapters.streaming_servers.masked import MaskedServer, Masks, archive_mask, live_mask, vod_mask
from headend.delivery.errors import ServerConfigRefused
from headend.delivery.ports import CatchUp, ServerConfig, StreamRequest
from headend.delivery.rules import Mask, Value, Verbatim, expiry

_PATH = re.compile(r"(?:[a-z]+://[^/?#]*)?([^?#]*)")
_SLASHES = re.compile(r"/{2,}")


class NginxSecureLinkServer(MaskedServer):
    """Mask addresses with nginx's signature."""

    def __init__(self, config: ServerConfig) -> None:
        if not config.secret:
            raise ServerConfigRefused("secure_link needs a secret", "secret")
        has_live = bool(config.mask) or not config.vod_mask
        live = live_mask(config, config.mask, more=("link",)) if has_live else None
        archive = archive_mask(config, config.archive_mask, more=("link",)) if config.archive_mask else None
        vod = vod_mask(config, config.vod_mask, more=("link",)) if config.vod_mask else None
        self._in_path = live is not None and "link" in live.names
        for field, mask, text in (("mask", live, config.mask), ("archive_mask", archive, config.archive_mask)):
            if mask and ("link" in mask.names) != self._in_path:
                raise ServerConfigRefused("both masks have a $link, or neither", field)
            if mask and self._in_path and "$link/$cid/" not in text:
                raise ServerConfigRefused("$link signs the stream's folder, which must follow it: $link/$cid/", field)
        if vod and "link" in vod.names and "$link/$file/" not in config.vod_mask:
            raise ServerConfigRefused("$link signs the file's path, which must follow it: $link/$file/", "vod_mask")
        super().__init__(config, Masks(live, archive, vod))

    def catch_up(self, request: StreamRequest, days: int) -> CatchUp | None:
        found = super().catch_up(request, days)
        # A player may fill in the query, and any file behind a $link, but not a path that is hashed itself.
        if found and not self._in_path and "{" in _path_of(found.source):
            return None
        return found

    def _values(self, request: StreamRequest, mask: Mask) -> dict[str, Value]:
        values = super()._values(request, mask)
        if "link" in mask.names:
            path = "/".join(filter(None, request.stream_id.split("/"))) if "file" in mask.names else request.stream_id
            digest, expires = self._link(f"/{path}/", request)
            values["link"] = Verbatim(f"{digest},{expires}")
        return values

    def _finished(self, address: str, request: StreamRequest, mask: Mask) -> str:
        if "link" in mask.names:
            return address
        digest, expires = self._link(_SLASHES.sub("/", unquote(_path_of(address))), request)
        return f"{address}{'&' if '?' in address else '?'}md5={digest}&expires={expires}"

    def _link(self, uri: str, request: StreamRequest) -> tuple[str, int]:
        expires = expiry(request.now, self.config.ttl_seconds)
        text = f"{expires}{uri}{self.bound_address(request)} {self.config.secret}"
        digest = md5(text.encode(), usedforsecurity=False).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode(), expires


def _path_of(address: str) -> str:
    found = _PATH.match(address)
    return found[1] if found and found[1] else "/"

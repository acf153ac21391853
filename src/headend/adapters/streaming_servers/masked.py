"""Addresses made from masks for live, archive and files: the part that all address-making servers share."""

from typing import NamedTuple

from headend.delivery.errors import (
    MaskRefused,
    MaskValueRefused,
    NoArchive,
    NoFiles,
    NoLive,
    ServerConfigRefused,
)
from headend.delivery.ports import CatchUp, CatchUpMode, Period, ServerConfig, StreamRequest
from headend.delivery.rules import (
    ARCHIVE_VARIABLES,
    LIVE_VARIABLES,
    VOD_VARIABLES,
    Mask,
    StreamToken,
    TokenKey,
    Value,
    Verbatim,
    compile_mask,
    expiry,
    sign_stream_token,
)

# What a player fills in by itself, in the spelling that Kodi, TiviMate and OTT Navigator share.
_PLACEHOLDERS: dict[str, Value] = {
    "flpbt": Verbatim("${start}"),
    "flpdur": Verbatim("${duration}"),
    "flpend": Verbatim("${end}"),
    "flpago": Verbatim("{offset:1}"),
    "now": Verbatim("${now}"),
}


def live_mask(config: ServerConfig, text: str, head: str = "", more: tuple[str, ...] = ()) -> Mask:
    """Make the live mask ready; errors name the field `mask`. `more` are the server's own variables."""
    return _ready(config, "mask", text, (*LIVE_VARIABLES, *more), head)


def archive_mask(config: ServerConfig, text: str, head: str = "", more: tuple[str, ...] = ()) -> Mask:
    """Make the archive mask ready; errors name the field `archive_mask`."""
    return _ready(config, "archive_mask", text, (*ARCHIVE_VARIABLES, *more), head)


def vod_mask(config: ServerConfig, text: str, head: str = "", more: tuple[str, ...] = ()) -> Mask:
    """Make the mask of files ready; errors name the field `vod_mask`."""
    return _ready(config, "vod_mask", text, (*VOD_VARIABLES, *more), head)


def head_of(config: ServerConfig) -> str:
    """Give the base address as the beginning of a mask, without a slash at its end; raises ServerConfigRefused."""
    base = config.base_url.rstrip("/")
    if not base:
        raise ServerConfigRefused("a base address is needed", "base_url")
    try:
        compile_mask(base.replace("$", "$$") + "/", ())
    except MaskRefused as error:
        raise ServerConfigRefused(str(error), "base_url") from error
    if "?" in base or "#" in base:
        raise ServerConfigRefused("a base address has no ? and no #", "base_url")
    return base.replace("$", "$$")


def _ready(config: ServerConfig, field: str, text: str, variables: tuple[str, ...], head: str) -> Mask:
    try:
        mask = compile_mask(text, variables, head)
    except MaskRefused as error:
        error.place = f"{field}, {error.place}"
        raise
    if "signed" in mask.names and not config.secret:
        raise ServerConfigRefused("$signed needs a secret", "secret")
    return mask


class Masks(NamedTuple):
    """What a server's addresses are made of; None for what it does not give."""

    live: Mask | None
    archive: Mask | None = None
    vod: Mask | None = None


class MaskedServer:
    """A streaming server whose addresses are filled masks; what it has no mask for it does not give."""

    def __init__(self, config: ServerConfig, masks: Masks, mode: CatchUpMode = CatchUpMode.DEFAULT) -> None:
        self.config = config
        self._live, self._archive, self._vod = masks
        self._mode = mode
        self._key = TokenKey(config.secret) if config.secret else None

    def live_address(self, request: StreamRequest) -> str:
        if self._live is None:
            raise NoLive("this streaming server has no live addresses")
        return self._finished(self._live.fill(self._values(request, self._live)), request, self._live)

    def archive_address(self, request: StreamRequest, period: Period) -> str:
        if self._archive is None:
            raise NoArchive("this streaming server has no archive")
        values = self._values(request, self._archive) | _period_values(period, request.now)
        return self._finished(self._archive.fill(values), request, self._archive)

    def vod_address(self, request: StreamRequest, seconds: int) -> str:
        if self._vod is None:
            raise NoFiles("this streaming server gives no files")
        values = self._values(request, self._vod) | {"file": request.stream_id, "duration": max(0, seconds)}
        return self._finished(self._vod.fill(values), request, self._vod)

    def catch_up(self, request: StreamRequest, days: int) -> CatchUp | None:
        if self._archive is None or days <= 0:
            return None
        values = self._values(request, self._archive) | _PLACEHOLDERS
        return CatchUp(self._mode, days, self._finished(self._archive.fill(values), request, self._archive))

    def _finished(self, address: str, request: StreamRequest, mask: Mask) -> str:
        """Give a filled mask its last touch."""
        return address

    def _values(self, request: StreamRequest, mask: Mask) -> dict[str, Value]:
        values: dict[str, Value] = {
            "cid": request.stream_id,
            "prefix": request.prefix,
            "token": request.token,
            "account": request.account_id,
            "session": request.session,
            "ip": request.device_ip or "",
            "now": request.now,
            "expires": expiry(request.now, self.config.ttl_seconds),
            "shift": self.config.shift_seconds,
        }
        if self._key and "signed" in mask.names:
            values["signed"] = Verbatim(sign_stream_token(self._token(request), self._key))
        return values

    def _token(self, request: StreamRequest) -> StreamToken:
        return StreamToken(
            request.stream_id,
            request.account_id,
            request.session,
            expiry(request.now, self.config.ttl_seconds),
            self.bound_address(request),
        )

    def bound_address(self, request: StreamRequest) -> str:
        """Give the only address that may use what is signed, "" when any may; raises MaskValueRefused."""
        if not self.config.bind_to_address:
            return ""
        if not request.device_ip:
            raise MaskValueRefused("addresses of this server are bound to a device's address, which is unknown", "ip")
        return request.device_ip


def _period_values(period: Period, now: int) -> dict[str, Value]:
    return {
        "flpbt": period.start,
        "flpdur": "now" if period.duration is None else period.duration,
        "flpend": "now" if period.duration is None else period.start + period.duration,
        "flpago": max(0, now - period.start),
    }

"""A streaming server for tests of those who use one: it keeps the contract and its addresses are easy to read."""

from headend.delivery.errors import NoArchive, NoFiles
from headend.delivery.ports import CatchUp, CatchUpMode, Period, ServerConfig, StreamRequest
from headend.delivery.rules import compile_mask


class FakeServer:
    """`base_url` is where it pretends to be; without an archive mask it has no archive."""

    def __init__(self, config: ServerConfig) -> None:
        self._base = config.base_url or "http://fake.example"
        self._has_archive = bool(config.archive_mask)
        self._has_files = bool(config.vod_mask)

    def live_address(self, request: StreamRequest) -> str:
        return self._address(request, "live")

    def archive_address(self, request: StreamRequest, period: Period) -> str:
        if not self._has_archive:
            raise NoArchive("no archive")
        return self._address(request, f"{period.start}-{'now' if period.duration is None else period.duration}")

    def vod_address(self, request: StreamRequest, seconds: int) -> str:
        if not self._has_files:
            raise NoFiles("no files")
        return self._address(request, f"film-{seconds}")

    def catch_up(self, request: StreamRequest, days: int) -> CatchUp | None:
        if not self._has_archive or days <= 0:
            return None
        return CatchUp(CatchUpMode.DEFAULT, days, self._address(request, "${start}-${duration}"))

    def _address(self, request: StreamRequest, what: str) -> str:
        folder = compile_mask("/$cid/", ("cid",), self._base).fill({"cid": request.stream_id})
        return f"{folder}{what}?account={request.account_id}"

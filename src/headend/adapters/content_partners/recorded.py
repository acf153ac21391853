"""A partner that plays a recording: titles with their addresses and offers, and tickets, from a JSON file.

Shape: `{"titles": {id: {"url", "offers": [{"action", "caption", "price"}], "partner_id", "token", "key", "away"}},
"tickets": {code: title id}}`. What is taken is remembered in this process only; `away` is a title whose calls are not
answered.
"""

from pathlib import Path
from threading import Lock

import msgspec

from headend.vod.errors import PartnerAway, PartnerRefused
from headend.vod.ports import PartnerOffer, PartnerRequest, PartnerStream

RECORDING = Path(__file__).with_name("recorded.json")


class RecordedTitle(msgspec.Struct, frozen=True):
    """A title as it was recorded."""

    url: str = ""
    offers: tuple[PartnerOffer, ...] = ()
    partner_id: str = ""
    token: str = ""
    key: str = ""
    away: bool = False


class Recording(msgspec.Struct, frozen=True):
    """All that was recorded."""

    titles: dict[str, RecordedTitle] = {}
    tickets: dict[str, str] = {}


class RecordedPartner:
    """Answers from a recording. An account has what it took by `act`."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._taken: set[tuple[str, str]] = set()
        self._lock = Lock()

    @classmethod
    def from_file(cls, path: Path) -> "RecordedPartner":
        """Read a recording; raises OSError and msgspec.DecodeError."""
        return cls(msgspec.json.decode(path.read_bytes(), type=Recording))

    def stream(self, request: PartnerRequest) -> PartnerStream:
        title = self._title(request)
        if self.offers(request):
            raise PartnerRefused("the title has not been bought at the partner")
        return PartnerStream(title.url, title.partner_id, title.token, title.key)

    def offers(self, request: PartnerRequest) -> tuple[PartnerOffer, ...]:
        title = self._title(request)
        return () if (request.account, request.title) in self._taken else title.offers

    def act(self, request: PartnerRequest, action: str) -> None:
        if action not in {offer.action for offer in self.offers(request)}:
            raise PartnerRefused(f"the partner does not offer {action!r}")
        with self._lock:
            self._taken.add((request.account, request.title))

    def ticket(self, code: str, request: PartnerRequest) -> bool:
        self._title(request)
        return self._recording.tickets.get(code) == request.title

    def _title(self, request: PartnerRequest) -> RecordedTitle:
        title = self._recording.titles.get(request.title)
        if title is None:
            raise PartnerRefused("the partner has no such title")
        if title.away:
            raise PartnerAway("the partner does not answer")
        return title

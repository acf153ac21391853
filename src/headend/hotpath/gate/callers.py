"""Who calls: a signed-in device by its token, or anybody with an operator's key."""

from typing import NamedTuple

from headend.hotpath.gate.asking import Asking
from headend.hotpath.gate.errors import Refusal, SessionUnknown, TooBusy
from headend.hotpath.gate.memory import Access, Seat
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.state import State
from headend.kernel.calls import FORBIDDEN
from headend.kernel.formats import FORMATS, JSON, WireFormat
from headend.kernel.tokens import digest_of
from headend.playback.ports import OperatorView, Records, RecordsUnavailable
from headend.subscribers.rules import SessionView

_LONGEST_TOKEN = 256
_MISSING_FOR = 10  # seconds for which the records are not asked again about a token
_MOST_MISSING = 20_000


class Caller(NamedTuple):
    """A signed-in device, its operator, and what its account may do now; `token` as it came."""

    token: str
    seat: Seat
    operator: OperatorView
    access: Access


def device_key(session: SessionView) -> str:
    """By what a device is told from the account's others: its id; without one, its session."""
    return session.device_uid or session.token_digest[:16]


class Callers:
    """Finds out who calls."""

    def __init__(self, state: State, records: Records, asking: Asking) -> None:
        self._state = state
        self._records = records
        self._asking = asking
        self._missing: dict[str, int] = {}

    def find(self, request: Request) -> Caller | None:
        """The device that calls, None when it has no session here.

        Raises Refusal (403) when the named operator is not the device's, or is none at all, and SessionUnknown when
        the records ought to be asked with `look_up` first.
        """
        token = request.params.get("authkey") or request.cookie("authkey")
        caller = self.of_token(token, request) if token else None
        named = request.params.get("client_id")
        if named:
            operator = self._state.operators_named.get(named)
            if operator is None or not operator.is_active or (caller is not None and operator is not caller.operator):
                raise Refusal(FORBIDDEN, "authorization required")
        return caller

    def need(self, request: Request) -> Caller:
        """The same, but a device without a session is refused (403)."""
        caller = self.find(request)
        if caller is None:
            raise Refusal(FORBIDDEN, "authorization required")
        return caller

    def of_token(self, token: str, request: Request) -> Caller | None:
        """The device with this token; raises SessionUnknown."""
        if len(token) > _LONGEST_TOKEN:
            return None
        digest = digest_of(token)
        seat = self._state.seats.get(digest)
        if seat is None:
            if request.looked_up or not self._is_worth_asking(digest, request.now):
                return None
            raise SessionUnknown(digest)
        access = self._state.access_at(seat, request.now)
        if access is None or not access.operator.is_active:
            return None
        return Caller(token, seat, access.operator, access)

    def _operator_named(self, named: str) -> OperatorView | None:
        operator = self._state.operators_named.get(named)
        return operator if operator and operator.is_active else None

    def by_key(self, request: Request) -> OperatorView:
        """The operator whose number and key were sent; raises Refusal (403)."""
        operator = self._operator_named(request.params.get("client_id", ""))
        key = request.params.get("api_key", "")
        if operator is None or len(key) > _LONGEST_TOKEN or digest_of(key) not in operator.key_digests:
            raise Refusal(FORBIDDEN, "bad client_id or api_key")
        return operator

    def wire(self, request: Request, caller: Caller | None = None) -> WireFormat:
        """The encoding for a caller: that of the device type it names, else of the one it signed in as; else JSON."""
        operator = caller.operator if caller else self._operator_named(request.params.get("client_id", ""))
        device = request.params.get("device") or (caller.seat.device_type if caller else "")
        device_type = operator.device_types.get(device) if operator else None
        return FORMATS[device_type.wire_format] if device_type else JSON

    def wire_of_refused(self, request: Request) -> WireFormat:
        """The encoding for a call that was refused before it was known who calls."""
        token = request.params.get("authkey") or request.cookie("authkey")
        try:
            return self.wire(request, self.of_token(token, request) if token else None)
        except SessionUnknown:
            return self.wire(request)

    # --- sessions that another process opened ---

    def _is_worth_asking(self, digest: str, now: int) -> bool:
        return self._missing.get(digest, 0) <= now and not self._state.was_closed(digest)

    async def look_up(self, digest: str, now: int) -> None:
        """Ask the records about a session; what they do not know, or cannot say, is not asked again for a while."""
        try:
            session = await self._asking.ask(self._records.find_session, digest)
        except (RecordsUnavailable, TooBusy):
            session = None
        if session is not None:
            self._state.seat(session)
            return
        self._missing.pop(digest, None)
        if len(self._missing) >= _MOST_MISSING:
            del self._missing[next(iter(self._missing))]
        self._missing[digest] = now + _MISSING_FOR

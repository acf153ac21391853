"""Who opens a playlist or guide: an account by number and password, or by a token in the address."""

import secrets
from hashlib import blake2b
from typing import NamedTuple

from headend.delivery.errors import TokenRefused
from headend.delivery.rules import StreamToken, TokenKey, expiry, sign_stream_token, verify_stream_token
from headend.hotpath.gate.accounts import Attempts
from headend.hotpath.gate.asking import Asking
from headend.hotpath.gate.callers import Callers, device_key
from headend.hotpath.gate.errors import BadParameter, Forbidden, TooBusy
from headend.hotpath.gate.memory import Access
from headend.hotpath.gate.packing import TOKEN_LENGTH
from headend.hotpath.gate.requests import Request, whole_number
from headend.hotpath.gate.state import State
from headend.hotpath.gate.streams import Viewer
from headend.playback.ports import AccountView, Records, RecordsUnavailable

_STREAM = "playlist"  # what our tokens are for; those of streams are signed with other secrets
_TOKEN_SECONDS = 360 * 86400
_RIGHT_FOR = 3600  # seconds for which a password is not checked again, unless it changes
_MOST_REMEMBERED = 20_000
_MOST_CANDIDATES = 8
_RETRY_AFTER = 30


class Line(NamedTuple):
    """Who opens a playlist or guide, and the token that stands in the addresses of what is given out."""

    viewer: Viewer
    token: str


class Credentials:
    """Checks numbers with passwords, and tokens; makes the tokens."""

    def __init__(
        self, state: State, callers: Callers, records: Records, asking: Asking, attempts: Attempts, secret: str
    ) -> None:
        self._state = state
        self._callers = callers
        self._records = records
        self._asking = asking
        self._attempts = attempts
        self._key = TokenKey(secret)
        self._right: dict[bytes, int] = {}

    async def by_password(self, request: Request, number: str, password: str) -> Line:
        """The account with this number and password; raises Forbidden."""
        try:
            candidates = self._candidates(request, whole_number(number, "username"))
        except BadParameter:
            candidates = []
        right = [account for account in candidates if self._is_remembered(request, account, password)]
        if not right:
            right = [account for account in candidates if await self._is_right(request, account, password)]
        if len(right) != 1:
            raise Forbidden(403, "ambiguous_credentials" if right else "invalid_credentials")
        return self._line(request, right[0])

    def _candidates(self, request: Request, number: int) -> list[AccountView]:
        """The accounts with a number, of the operator that is named if one is."""
        named = request.whole("client_id")
        found = [each for each in self._state.accounts_numbered(number) if named in (None, each.operator_id)]
        return found[:_MOST_CANDIDATES]

    def _is_remembered(self, request: Request, account: AccountView, password: str) -> bool:
        return self._right.get(_fingerprint(account, password), 0) > request.now

    async def _is_right(self, request: Request, account: AccountView, password: str) -> bool:
        number = (account.operator_id, account.number)
        if not self._attempts.may_try(request.address, number, request.now):
            raise Forbidden(429, "too_many_attempts", retry_after=_RETRY_AFTER)
        try:
            found = await self._asking.ask(self._records.check_password, *number, password)
        except (RecordsUnavailable, TooBusy) as error:
            self._attempts.was_right(request.address, number)
            raise Forbidden(503, "records_unavailable", retry_after=_RETRY_AFTER) from error
        if found != account.id:
            return False
        self._attempts.was_right(request.address, number)
        self._remember(_fingerprint(account, password), request.now)
        return True

    def _remember(self, digest: bytes, now: int) -> None:
        if len(self._right) >= _MOST_REMEMBERED:
            del self._right[next(iter(self._right))]
        self._right[digest] = now + _RIGHT_FOR

    def _line(self, request: Request, account: AccountView) -> Line:
        access = self._access(request, account.id)
        expires_at = expiry(request.now, _TOKEN_SECONDS)
        token = StreamToken(_STREAM, account.id, account.password_stamp, expires_at)
        return self._of_account(request, access, sign_stream_token(token, self._key))

    def by_token(self, request: Request, token: str) -> Line:
        """Whose token it is; raises Forbidden, and SessionUnknown."""
        if len(token) == TOKEN_LENGTH:
            return self._of_session(request, token)
        try:
            found = verify_stream_token(token, self._key, stream_id=_STREAM, now=request.now)
        except TokenRefused as refused:
            raise Forbidden(403, refused.code) from refused
        access = self._access(request, found.account_id)
        if found.session != access.account.password_stamp:
            raise Forbidden(403, "token_expired")
        return self._of_account(request, access, token)

    def _access(self, request: Request, account_id: int) -> Access:
        holder = self._state.accounts.get(account_id)
        country = self._state.locate(request.address).country
        access = self._state.access_of(holder, request.now, country) if holder else None
        if access is None or not access.operator.is_active:
            raise Forbidden(403, "invalid_credentials")
        return access

    def _of_session(self, request: Request, token: str) -> Line:
        caller = self._callers.of_token(token, request)
        if caller is None:
            raise Forbidden(403, "no_session")
        session = caller.seat.session
        viewer = Viewer(
            access=caller.access,
            holder=caller.seat.holder,
            key=device_key(session),
            token=token,
            session=session.token_digest[:16],
            address=request.address,
            is_enabled=session.device_is_enabled,
            asks_for_code=False,
        )
        return Line(viewer, token)

    def _of_account(self, request: Request, access: Access, token: str) -> Line:
        """A player has no id of its own: those of one account at one address count as one device."""
        key = blake2b(request.address.encode(), digest_size=8).hexdigest()
        viewer = Viewer(
            access=access,
            holder=self._state.holder(access.account.id),
            key=f"player {key}",
            token=token,
            session=key,
            address=request.address,
            asks_for_code=False,
        )
        return Line(viewer, token)


def _fingerprint(account: AccountView, password: str) -> bytes:
    text = f"{account.operator_id}\0{account.number}\0{account.password_stamp}\0{password}"
    return blake2b(text.encode(), digest_size=16, key=_PROCESS_KEY).digest()


_PROCESS_KEY = secrets.token_bytes(32)  # what is remembered of passwords is of no use outside this process

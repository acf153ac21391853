"""The calls about the account: signing in and out, and the status that every device asks for every few minutes."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

from headend.hotpath.gate.answers import Answer, ok, ok_with_message, refused, with_headers
from headend.hotpath.gate.asking import Asking
from headend.hotpath.gate.callers import Callers, device_key
from headend.hotpath.gate.errors import BadParameter, Later, Refusal, TooBusy
from headend.hotpath.gate.memory import Access, Seat
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.settings import GateSettings
from headend.hotpath.gate.sign_ins import SignIns
from headend.hotpath.gate.state import State
from headend.hotpath.gate.watching import Beats, end_play, has_changed, prolong_play
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields, WireFormat, to_json
from headend.kernel.limits import Buckets
from headend.messaging.rules import Notices, ToldCommand, ToldMessage
from headend.playback.ports import OperatorView, Records, RecordsUnavailable
from headend.subscribers.rules import (
    AccountDetails,
    BoundDevice,
    Refused,
    RefusedSignIn,
    SessionView,
    SignedIn,
    SignInRequest,
)
from headend.subscribers.rules import SignInRefusal as Why

_NOBODY = (1, "account not found")
SIGN_IN_ERRORS = {
    Why.NO_ACCOUNT: _NOBODY,
    Why.WRONG_PASSWORD: _NOBODY,
    Why.PASSWORD_NEEDED: _NOBODY,
    Why.INACTIVE: (2, "account inactive"),
    Why.NO_SESSION: (3, "could not open a session"),
    Why.WRONG_KEY: (4, "bad client_id or api_key"),
    Why.BASIC_LIMIT: (5, "too many basic devices"),
    Why.DEVICE_OF_ANOTHER: (6, "the device is bound to another account"),
    Why.NO_TARIFF: (8, "no tariffs assigned"),
    Why.WRONG_SUBNET: (9, "not allowed from this address"),
    Why.NO_BASIC_DEVICES: (10, "basic devices are not allowed by the tariffs"),
    Why.NO_ADDITIONAL_DEVICES: (11, "additional devices are not allowed by the tariffs"),
    Why.AMBIGUOUS_ADDRESS: (12, "several accounts have this address"),
    Why.WRONG_DEVICE_GROUP: (15, "this kind of device is not allowed"),
    Why.CODE_NOT_SENT: (7, "the code could not be sent"),
    Why.CODE_SENT: (17, "a code was sent: repeat with validation_code"),
    Why.WRONG_CODE: (18, "bad validation_code"),
    Why.CODE_AWAITED: (21, "a code was sent a moment ago"),
    Why.CODE_SENT_TOO_OFTEN: (25, "codes were sent too often"),
    Why.BAD_PHONE: (26, "bad phone_number"),
    Why.WRONG_UNBINDING: (27, "bad device_id_for_unbinding"),
    Why.TOO_OFTEN: (28, "too many attempts"),
}
_RECORDS_DOWN = (7, "the records do not answer, try again later")
_LOGIN_ERRORS = {**dict(SIGN_IN_ERRORS.values()), 7: "the records do not answer, or no code could be sent", 403: ""}
_LOGIN_READS = (
    "abonement", "phone_number", "password", "device_serial", "device_model", "brand_name",
    "reset_block_status_reason", "try_login_by_phone", "profile_id", "validation_code", "device_id_for_unbinding",
    "app_build_version",
)  # fmt: skip

# Wrong attempts at once, and how many a second come back. Behind one address there may be a whole town.
ADDRESS_ATTEMPTS, ADDRESS_ATTEMPTS_PER_SECOND = 100, 1.0
NUMBER_ATTEMPTS, NUMBER_ATTEMPTS_PER_SECOND = 10, 0.05

_ON_THE_WAY = frozenset({Why.CODE_SENT, Why.CODE_AWAITED})  # what everybody gets who signs in by phone
_TEN_YEARS = 10 * 365 * 86400  # seconds; a session itself may end before
_NEWS_WITHIN = 3.0  # seconds in which a new account reaches the gate

HAS_SESSION, HAS_NO_SESSION, IS_DEACTIVATED = 0, 1, 2
_NO_COMMAND = {
    "type": 0,
    "user_confirmation": 0,
    "deep_link": "",
    "accompanying_text_to_command": "",
    "image_for_command": "",
}


class Attempts:
    """Limits wrong passwords, by address and by account number."""

    def __init__(self) -> None:
        self._addresses = Buckets(ADDRESS_ATTEMPTS, ADDRESS_ATTEMPTS_PER_SECOND)
        self._numbers = Buckets(NUMBER_ATTEMPTS, NUMBER_ATTEMPTS_PER_SECOND)

    def may_try(self, address: str, number: object, now: float) -> bool:
        """Count an attempt; False when there were too many."""
        return self._addresses.take(address, now) and (number is None or self._numbers.take(number, now))

    def was_right(self, address: str, number: object) -> None:
        """An attempt succeeded: it does not count."""
        self._addresses.give_back(address)
        self._numbers.give_back(number)


class AccountCalls:
    """Login, Logout, AccountStatus."""

    def __init__(
        self,
        state: State,
        callers: Callers,
        records: Records,
        asking: Asking,
        attempts: Attempts,
        settings: GateSettings,
    ) -> None:
        self.beats = Beats()
        self._state = state
        self._callers = callers
        self._records = records
        self._asking = asking
        self._sign_ins = SignIns(records, asking)
        self._attempts = attempts
        self._is_secure = settings.public_url.startswith("https:")
        self._spread_seconds = settings.list_refresh_seconds
        self._unwritten: set[str] = set()
        self._said: dict[tuple[WireFormat, tuple[Any, ...]], Answer] = {}
        self._said_at = 0

    # --- AccountStatus ---

    @answers(
        "AccountStatus",
        "GET",
        "/account/status/",
        errors={403: "client_id is not the session's operator"},
        reads=("device_model", "with_tariffs"),
    )
    def status(self, request: Request) -> Answer:
        """The heartbeat of a device: its session, its account and whether there is something new.

        Choice: Without a session `error` is 0 all the same, and `status` 1. `device_model` changes nothing.

        Choice: After a change of the operator's channels `channel_list_changed` becomes 1 for one account after the
        other, within the time of the setting `list_refresh_seconds`, so that not all devices fetch the list at once;
        whoever fetches it gets the new one at once. What changes for one account alone is told at once.

        Choice: `message` is told once, to the first device of the account that asks, and stays unread until it is
        opened with MessageDetail; `has_new_messages` is 1 as long as anything is unread. `command` is told once to each
        device that has a device_uid. While the records are away neither is told.
        """
        caller = self._callers.find(request)
        wire = self._callers.wire(request, caller)
        if caller is None or not caller.seat.is_enabled:
            return self._say(request.now, wire, HAS_NO_SESSION, "", False, None, False, None)
        seat, access = caller.seat, caller.access
        if seat.holder.plays:
            prolong_play(seat.holder, device_key(seat.session), request.now)
            self._state.play_news.note(seat.holder, device_key(seat.session))
        self.beats.note(seat.digest, request.now, request.address)
        changed = has_changed(seat, access, request.now, self._spread_seconds)
        status = HAS_SESSION if access.is_in_service else IS_DEACTIVATED
        tariff_ids = access.tariff_ids if request.flag("with_tariffs") else None
        what = (status, access.reason, changed, tariff_ids)
        mail = access.mail
        if mail is None:
            return self._say(request.now, wire, *what, False, None)
        if mail.asks_until <= request.now or seat.asked is access.account:
            return self._say(request.now, wire, *what, mail.has_unread, None)
        raise Later(partial(self._tell, request.now, wire, seat, access, what))

    async def _tell(self, now: int, wire: WireFormat, seat: Seat, access: Access, what: tuple[Any, ...]) -> Answer:
        """Answer with what waits for the device, which the records give out once."""
        seat.asked = access.account
        notices: Notices | None
        try:
            notices = await self._asking.ask(self._records.take_notices, seat.digest, now)
        except (RecordsUnavailable, TooBusy):
            seat.asked, notices = None, None
        return self._say(now, wire, *what, access.mail is not None and access.mail.has_unread, notices)

    def _say(self, now: int, wire: WireFormat, *what: Any) -> Answer:
        """Answer; what was said in this very second already is said again."""
        if now != self._said_at:
            self._said.clear()
            self._said_at = now
        found = self._said.get((wire, what))
        if found is None:
            found = self._said[wire, what] = ok(wire, _status(now, *what))
        return found

    # --- Login ---

    @answers("Login", "GET", "/login/", needs=Needs.KEY, errors=_LOGIN_ERRORS, reads=_LOGIN_READS)
    async def login(self, request: Request) -> Answer:
        """Sign a device in.

        Choice: A parameter that cannot be read is answered as an account that is not there, with 1. `profile_id`
        changes nothing. `last_channel` is the channel watched last that the gate remembers, see ChannelListLast.
        """
        try:
            operator = self._callers.by_key(request)
        except Refusal as refusal:
            return refused(self._callers.wire(request), SIGN_IN_ERRORS[Why.WRONG_KEY][0], refusal.message)
        wire = self._callers.wire(request)
        try:
            wish = _read_wish(request, operator)
        except BadParameter as bad:
            return refused(wire, SIGN_IN_ERRORS[Why.NO_ACCOUNT][0], bad.message)
        number = (operator.id, wish.number or wish.phone) if wish.number or wish.phone else None
        if not self._attempts.may_try(request.address, number, request.now):
            self._note(wish, Refused(Why.TOO_OFTEN, account_id=self._account_named(wish)), request.now)
            return refused(wire, *SIGN_IN_ERRORS[Why.TOO_OFTEN])
        try:
            result = await self._sign_ins.sign_in(wish, request.now)
        except (RecordsUnavailable, TooBusy):
            self._attempts.was_right(request.address, number)
            return refused(wire, *_RECORDS_DOWN)
        if isinstance(result, Refused):
            self._note(wish, result, request.now)
            return _refusal(wire, result)
        self._attempts.was_right(request.address, number)
        return await self._welcome(request, wire, result)

    def _account_named(self, wish: SignInRequest) -> int | None:
        """Whose number a device sent, without asking the records."""
        accounts = self._state.accounts_numbered(wish.number) if wish.number else ()
        return next((each.id for each in accounts if each.operator_id == wish.operator_id), None)

    def _note(self, wish: SignInRequest, result: Refused, now: int) -> None:
        if result.account_id is not None and result.reason not in _ON_THE_WAY:
            line = RefusedSignIn(result.account_id, result.reason, wish.device_uid, wish.address, now)
            self._state.refused_sign_ins.note(line)

    async def _welcome(self, request: Request, wire: WireFormat, result: SignedIn) -> Answer:
        for digest in result.closed:
            self._drop(digest, request.now)
        self._state.open(result.session, request.now)
        await self._news_of(result.session.account_id)
        details, watched = result.details, self._state.holder(result.session.account_id).watched
        if details["last_channel_id"] is None and watched:
            details = {**details, "last_channel_id": watched[0]}
        answer = ok(wire, _welcome_fields(request, result.token, result.session, details))
        cookies = {"authkey": result.token, "device_uid": result.session.device_uid}
        named = (_set_cookie(name, value, self._is_secure) for name, value in cookies.items() if value)
        return with_headers(answer, named)

    async def _news_of(self, account_id: int) -> None:
        """Wait for an account so new that only the records know it."""
        deadline = asyncio.get_running_loop().time() + _NEWS_WITHIN
        holder = self._state.holder(account_id)
        while holder.account is None and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)

    # --- Logout ---

    @answers("Logout", "GET", "/logout/")
    async def logout(self, request: Request) -> Answer:
        """End a session at once; the records hear of it now, or when they are back."""
        caller = self._callers.need(request)
        wire = self._callers.wire(request, caller)
        digest = caller.seat.digest
        self._drop(digest, request.now)
        self._unwritten.add(digest)
        await self.write_sign_outs()
        return ok_with_message(wire, {})

    def _drop(self, digest: str, now: int) -> None:
        session = self._state.close(digest, now)
        if session:
            holder, key = self._state.holder(session.account_id), device_key(session)
            end_play(holder, key)
            self._state.play_news.note(holder, key)

    async def write_sign_outs(self) -> None:
        """Tell the records of sessions that ended here and that they do not know to be over."""
        for digest in list(self._unwritten):
            try:
                await self._asking.ask(self._records.sign_out, digest)
            except (RecordsUnavailable, TooBusy):
                return
            self._unwritten.discard(digest)


def _status(  # noqa: PLR0913 - what an answer is made of, by place
    now: int,
    status: int,
    reason: str,
    list_changed: bool,
    tariff_ids: tuple[int, ...] | None,
    has_unread: bool,
    notices: Notices | None,
) -> Fields:
    return {
        "status": status,
        "status_reason": reason,
        "utc_time": now,
        "has_new_messages": int(has_unread),
        **({} if tariff_ids is None else {"tariff_ids": tariff_ids}),
        "is_active": int(status == HAS_SESSION),
        "message": _message(notices.message) if notices and notices.message else {},
        "command": _command(notices.command) if notices and notices.command else _NO_COMMAND,
        "channel_list_changed": int(list_changed),
    }


def _message(told: ToldMessage) -> Fields:
    return {"subject": told.subject, "text": told.text, "no_confirmation": int(told.no_confirmation)}


def _command(told: ToldCommand) -> Fields:
    return {
        "type": told.kind,
        "user_confirmation": int(told.needs_confirmation),
        "deep_link": told.deep_link,
        "accompanying_text_to_command": told.text,
        "image_for_command": told.image_url,
    }


def _read_wish(request: Request, operator: OperatorView) -> SignInRequest:
    """Read what a device wants to sign in with; raises BadParameter."""
    return SignInRequest(
        operator_id=operator.id,
        number=request.whole("abonement"),
        phone=request.text("phone_number", 24),
        password=request.text("password"),
        device_uid=request.text("device_uid") or request.cookie("device_uid")[:200],
        device_type=request.text("device", 60),
        device_serial=request.text("device_serial", 100),
        device_model=request.text("device_model", 100),
        device_brand=request.text("brand_name", 100),
        software=request.text("app_build_version", 100),
        address=request.address,
        reset_block=request.flag("reset_block_status_reason"),
        unbind_device_id=request.whole("device_id_for_unbinding"),
        by_code=request.flag("try_login_by_phone"),
        code=request.text("validation_code", 20),
        profile_id=request.whole("profile_id"),
    )


def _refusal(wire: WireFormat, result: Refused) -> Answer:
    number, message = SIGN_IN_ERRORS[result.reason]
    fields = {"devices": [_device(each) for each in result.devices]} if result.devices else None
    return refused(wire, number, message, fields)


def _device(device: BoundDevice) -> Fields:
    return {
        "id": device.id,
        "system_name": device.type_name,
        "device_uid": device.uid,
        "brand_name": device.brand,
        "device_model": device.model,
        "status": device.is_enabled,
        "has_active_sessions": device.has_session,
        "created_at": f"{datetime.fromtimestamp(device.created, UTC):%Y-%m-%d %H:%M:%S}",
    }


def _welcome_fields(request: Request, token: str, session: SessionView, details: AccountDetails) -> Fields:
    return {
        "authkey": token,
        "utc_time": request.now,
        "firstname": details["first_name"],
        "lastname": details["last_name"],
        "abonement": details["number"],
        "account_id": session.account_id,
        "customer_id": details["customer_id"],
        "meta": to_json(details["meta"]).decode(),
        "customer_ext_id": details["customer_external_id"],
        "currency": details["currency"],
        "ip_address": request.address,
        "activation_days_left": _or_none(details["days_left"]),
        "parent_code": details["parent_code"],
        "last_channel": _or_none(details["last_channel_id"]),
        "device_uid": session.device_uid,
        "template": details["template"],
        "use_timeshift": int(details["uses_timeshift"]),
        "contract_number": details["contract_number"],
        "status_reason": details["status_reason"],
        "data_center_id": _or_none(details["data_centre_id"]),
        "data_centers": details["data_centres"],
        "reset_settings": details["needs_settings_reset"],
    }


def _or_none(number: int | None) -> int:
    """The wire says -1 where there is no number."""
    return -1 if number is None else number


def _set_cookie(name: str, value: str, is_secure: bool) -> tuple[bytes, bytes]:
    """Make a cookie that a portal on another domain gets too, where that is possible: over HTTPS."""
    cookie: SimpleCookie = SimpleCookie({name: value})
    attributes = {"path": "/", "max-age": str(_TEN_YEARS), "httponly": "1"}
    attributes |= {"secure": "1", "samesite": "None"} if is_secure else {"samesite": "Lax"}
    cookie[name].update(attributes)
    return (b"set-cookie", cookie[name].OutputString().encode("ascii", "replace"))

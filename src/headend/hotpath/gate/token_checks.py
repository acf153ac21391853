"""What streaming servers ask for each viewer: is this token good for this stream? So do Flussonic, Astra and others."""

from collections.abc import Mapping
from typing import NamedTuple

from headend.delivery.errors import (
    TokenExpired,
    TokenForAnotherAddress,
    TokenForAnotherStream,
    TokenForged,
    TokenMalformed,
)
from headend.delivery.rules import StreamToken, TokenKey, verify_stream_token
from headend.hotpath.gate.answers import NO_STORE, Answer, Headers, length
from headend.hotpath.gate.callers import Callers, device_key
from headend.hotpath.gate.memory import Access, Station
from headend.hotpath.gate.packing import TOKEN_LENGTH
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.state import State
from headend.hotpath.gate.watching import plays_of, prolong_play
from headend.kernel.calls import Needs
from headend.kernel.formats import JSON
from headend.playback.ports import ChannelView
from headend.playback.rules import Play, PlayRequest, decide_playback

GOOD, EXPIRED, OTHER_CONTENT, OTHER_ADDRESS = 0, 1, 2, 3
ASK_AGAIN_AFTER = 180  # seconds

_ERRORS = {
    EXPIRED: "the token is none of ours, or its session is over",
    OTHER_CONTENT: "the account cannot have this stream",
    OTHER_ADDRESS: "the token belongs to another address",
}
_READS = ("token", "name", "ip")


class TokenChecks:
    """StreamServiceTokenCheck, and FlussonicTokenCheck, which is the same elsewhere."""

    def __init__(self, state: State, callers: Callers) -> None:
        self._state = state
        self._callers = callers

    @answers(
        "FlussonicTokenCheck",
        "GET",
        "/streamservice/token/check/",
        api="streaming",
        needs=Needs.NOTHING,
        errors=_ERRORS,
        reads=_READS,
    )
    @answers(
        "StreamServiceTokenCheck",
        "GET",
        "/streamservice/token/check/",
        needs=Needs.NOTHING,
        errors=_ERRORS,
        reads=_READS,
    )
    def check(self, request: Request) -> Answer:
        """Tell a streaming server whether a token opens a stream.

        Choice: The HTTP status is 200 when it does and 403 when it does not, since streaming servers read nothing but
        the status; the body has the number in JSON. With 200 come the headers `X-AuthDuration`, the seconds after
        which to ask again, and `X-UserId`, the account's number.

        Choice: `token` is that of a session, or one that a streaming server of the operator has signed. `name` is a
        channel's id for streaming servers, with or without its address prefix before it; without `name` only the
        token of a session is looked at. Whether the account may have the channel is decided anew each time, as for
        ChannelUrl, and a good answer counts as a sign that the device is still watching.

        Choice: `ip` is compared with the address from which the device last asked for a stream, or signed in, if a
        server that serves the channel has "bind token to address" set.
        """
        token = request.params.get("token", "")
        # A session's token is as long as our own, but for those that were taken over from elsewhere.
        verdict = self._of_session(request, token) if len(token) == TOKEN_LENGTH else self._of_server(request, token)
        return verdict or self._of_session(request, token) or _verdict(EXPIRED)

    def _of_session(self, request: Request, token: str) -> Answer | None:
        """The verdict on a session's token, None when there is no such session."""
        caller = self._callers.of_token(token, request) if token else None
        if caller is None:
            return None
        seat, access = caller.seat, caller.access
        name, address = request.params.get("name", ""), request.params.get("ip", "")
        wish = Wish(access, device_key(seat.session), plays_of(seat.holder), request.now)
        if not seat.is_enabled or not access.is_in_service:
            return _verdict(EXPIRED)
        if name and not wish.may_have(name):
            return _verdict(OTHER_CONTENT)
        if address and address != (seat.address or seat.session.address) and _is_bound(access, name):
            return _verdict(OTHER_ADDRESS)
        prolong_play(seat.holder, wish.device_key, request.now)
        return _verdict(GOOD, access)

    def _of_server(self, request: Request, token: str) -> Answer | None:
        """The verdict on a token that a streaming server's address had, None when none of the servers signed it."""
        for operator_id, station in self._state.stations.items():
            for key in {server.token_key for server in station.lineup.servers if server.token_key}:
                try:
                    return self._of_signed(request, _read(request, token, station, key), operator_id)
                except TokenMalformed:
                    return None
                except TokenForAnotherStream:
                    return _verdict(OTHER_CONTENT)
                except TokenForAnotherAddress:
                    return _verdict(OTHER_ADDRESS)
                except TokenExpired:
                    return _verdict(EXPIRED)
                except TokenForged:
                    continue
        return None

    def _of_signed(self, request: Request, token: StreamToken, operator_id: int) -> Answer:
        holder = self._state.accounts.get(token.account_id)
        country = holder.access.country if holder and holder.access else ""
        access = self._state.access_of(holder, request.now, country) if holder else None
        if access is None or access.operator.id != operator_id or not access.is_in_service:
            return _verdict(EXPIRED)
        is_his = Wish(access, token.session, {}, request.now).may_have(request.params.get("name", ""))
        return _verdict(GOOD, access) if is_his else _verdict(OTHER_CONTENT)


class Wish(NamedTuple):
    """What an account wants: that one of the channels that have a name may be played."""

    access: Access
    device_key: str
    plays: Mapping[str, Play]
    now: int

    def may_have(self, name: str) -> bool:
        """Say whether one of the channels of this name may be played."""
        return any(self._may_play(channel) for channel in channels_named(self.access.station, name))

    def _may_play(self, channel: ChannelView) -> bool:
        asked = PlayRequest(
            device_key=self.device_key,
            channel=channel.terms,
            since=None,
            country=self.access.country,
            device_is_enabled=True,
            parent_code_given=True,
            plays=self.plays,
        )
        return decide_playback(self.access.grant, asked, self.now).allowed


def _read(request: Request, token: str, station: Station, key: TokenKey) -> StreamToken:
    name = request.params.get("name", "")
    channels = channels_named(station, name)
    stream_id = channels[0].stream_id or str(channels[0].id) if channels else name
    address = request.params.get("ip", "")
    return verify_stream_token(token, key, stream_id=stream_id, now=request.now, address=address)


def _verdict(number: int, access: Access | None = None) -> Answer:
    body = JSON.encode({"error": number})
    headers: Headers = [(b"content-type", JSON.content_type), NO_STORE, length(body)]
    if access is None:
        return Answer(403, headers, body, number)
    more = [(b"x-authduration", b"%d" % ASK_AGAIN_AFTER), (b"x-userid", b"%d" % access.account.number)]
    return Answer(200, headers + more, body)


def channels_named(station: Station, name: str) -> tuple[ChannelView, ...]:
    """The channels that a streaming server knows by this name."""
    return station.stream_names.get(name.strip("/"), ())


def _is_bound(access: Access, name: str) -> bool:
    numbers = {channel.id for channel in channels_named(access.station, name)}
    return any(
        server.bind_token_to_address and (not numbers or server.channels is None or numbers & server.channels)
        for server in access.station.lineup.servers
    )

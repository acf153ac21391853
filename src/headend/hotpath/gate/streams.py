"""The calls for stream addresses: ChannelUrl and ProgramUrl. Every zap is decided by `decide_playback`."""

from typing import NamedTuple

from headend.delivery.ports import Period
from headend.hotpath.gate.answers import Answer, ok_with_message, redirect
from headend.hotpath.gate.callers import Caller, Callers, device_key
from headend.hotpath.gate.errors import BadParameter, Refusal
from headend.hotpath.gate.memory import Access, Holder
from headend.hotpath.gate.requests import Request
from headend.hotpath.gate.routes import answers
from headend.hotpath.gate.routing import Found, Wish, find_address
from headend.hotpath.gate.state import State
from headend.hotpath.gate.watching import Beats, begin_play, plays_of
from headend.playback.errors import NothingToPlay
from headend.playback.ports import ChannelView, ProgrammeView
from headend.playback.rules import Decision, PlayRequest, Reason, decide_playback
from headend.viewing.rules import RefusedPlay

_SET_TOP_BOX = 0
_LATELY = 6 * 3600
_OF_UNKNOWN = 3 * 3600  # seconds of archive where no guide says how long a programme was

# The wire documents 403 (sign in), 404 (not found) and 1. A device that gets 403 signs in again and learns there what
# is wrong with the account; all that signing in cannot mend is 404, "there is no such channel for you".
REFUSALS = {
    Reason.OPERATOR_CLOSED: 403,
    Reason.ACCOUNT_INACTIVE: 403,
    Reason.ACCOUNT_EXPIRED: 403,
    Reason.DEVICE_DISABLED: 403,
    Reason.CHANNEL_UNKNOWN: 404,
    Reason.CHANNEL_DISABLED: 404,
    Reason.MAINTENANCE: 404,
    Reason.NO_TARIFF: 404,
    Reason.NOT_IN_TARIFF: 404,
    Reason.WRONG_COUNTRY: 404,
    Reason.OUTSIDE_HOURS: 404,
    Reason.NO_ARCHIVE: 404,
    Reason.TOO_OLD: 404,
    Reason.NOT_YET: 404,
    Reason.BLOCKED_PROGRAMME: 404,
    Reason.PARENT_CODE: 1,
    Reason.TOO_MANY_STREAMS: 1,
}


URL_ERRORS = {
    1: "a parameter is missing or cannot be read, the parental code is missing, or too many devices watch",
    2: "there is no DRM information",
    403: "authorization required, or account, operator or device are out of service",
    404: "the account cannot have this",
}
_URL_READS = ("redirect", "exclude_service_id", "get_drm_info", "audio_pid", "text_pid", "video_pid")


class Viewer(NamedTuple):
    """Who wants to watch. `holder` is the account, `key` tells the device from the account's others, and `session`
    goes into signed addresses.
    """

    access: Access
    holder: Holder
    key: str
    token: str
    session: str
    address: str
    is_enabled: bool = True
    is_set_top_box: bool = False
    asks_for_code: bool = True  # the device asks for the parental code by itself


class Refused(Exception):
    """The decision was no."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


class Playing:
    """Decides, finds the address and remembers who watches; for the wire's calls and for playlists alike."""

    def __init__(self, state: State) -> None:
        self._state = state

    def address(
        self, viewer: Viewer, channel_id: int, period: Period | None, excluded: frozenset[int], now: int
    ) -> Found:
        """Give the address of a channel, live or of a period; raises Refused and NothingToPlay."""
        access = viewer.access
        channel = access.station.channels.get(channel_id)
        recorded = self._on_at(channel, period.start) if channel and period else None
        asked = PlayRequest(
            device_key=viewer.key,
            channel=channel.terms if channel else None,
            since=period.start if period else None,
            country=access.country,
            device_is_enabled=viewer.is_enabled,
            parent_code_given=viewer.asks_for_code,
            programme_is_blocked=access.station.blocks(recorded, now),
            plays=plays_of(viewer.holder),
        )
        decision = decide_playback(access.grant, asked, now)
        if channel is None or not decision.allowed:
            if channel is not None:
                refused = RefusedPlay(access.account.id, channel.id, decision.reason.value, viewer.key, now)
                self._state.refused_plays.note(refused)
            raise Refused(decision)
        wish = Wish(
            channel=channel,
            period=period,
            token=viewer.token,
            session=viewer.session,
            device_ip=viewer.address,
            now=now,
            excluded=excluded,
            may_multicast=viewer.is_set_top_box,
        )
        found = find_address(access, wish)
        begin_play(viewer.holder, viewer.key, channel.id, now)
        self._state.play_news.note(viewer.holder, viewer.key)
        return found

    def period_at(self, channel: ChannelView, start: int, now: int) -> Period:
        """From a moment to the end of the programme that was on; without end when it still is, or none is known."""
        return period_of(self._on_at(channel, start), start, channel.guide_shift_minutes * 60, now)

    def _on_at(self, channel: ChannelView, moment: int) -> ProgrammeView | None:
        """What was on a channel at a moment."""
        return self._state.guide_of(channel).at(moment - channel.guide_shift_minutes * 60)


def period_of(programme: ProgrammeView | None, start: int, shift: int, now: int) -> Period:
    """From a moment to the end of a programme; without end when it is still on, or none is known and it was lately."""
    if programme is None:
        return Period(start, _OF_UNKNOWN if now - start > _LATELY else None)
    stop = programme.stop + shift
    return Period(start, stop - start if start < stop <= now else None)


class StreamCalls:
    """ChannelUrl and ProgramUrl."""

    def __init__(self, state: State, callers: Callers, playing: Playing, beats: Beats) -> None:
        self._state = state
        self._callers = callers
        self._playing = playing
        self._beats = beats

    @answers("ChannelUrl", "GET", "/channel/url/", errors=URL_ERRORS, reads=("cid", *_URL_READS))
    def channel(self, request: Request) -> Answer:
        """The address of a channel as it is now.

        Choice: 403 is answered where signing in anew tells what is wrong, with account, operator or device, and 404 for
        all that it cannot mend; `error_message` has the reason's name.

        Choice: `audio_pid`, `text_pid` and `video_pid` change nothing: the stream has all tracks, and the player
        chooses. `drm` is never answered: `get_drm_info=1` is refused with 2 for a protected channel.
        """
        caller = self._callers.need(request)
        access = caller.access
        found = self._find(request, caller, access, None)
        more: dict[str, object] = {"stream_service_id": found.server_id, "archive_preview_url_mask": ""}
        return self._answer(request, caller, found, more)

    @answers(
        "ProgramUrl",
        "GET",
        "/program/url/",
        errors=URL_ERRORS,
        reads=("cid", "pid", "time", "is_camera", "tv_pause", *_URL_READS),
    )
    def programme(self, request: Request) -> Answer:
        """The address of a programme that was, or still is, on.

        Choice: A camera has no archive here: `is_camera=1` is answered as a programme that is not there.
        `audio_pid`, `text_pid` and `video_pid` change nothing: the stream has all tracks.
        """
        if request.flag("is_camera"):
            raise Refusal(404, "programme not found")
        caller = self._callers.need(request)
        access = caller.access
        found = self._find(request, caller, access, self._period(request, access))
        more: dict[str, object] = {"preview_uri_mask": "", "stream_service_id": found.server_id}
        return self._answer(request, caller, found, more)

    def _find(self, request: Request, caller: Caller, access: Access, period: Period | None) -> Found:
        channel_id = request.whole("cid")
        if channel_id is None:
            raise BadParameter("cid")
        excluded = frozenset(request.wholes("exclude_service_id"))
        self._beats.note(caller.seat.digest, request.now, request.address)
        caller.seat.address = request.address
        viewer = _viewer(request, caller, access)
        try:
            found = self._playing.address(viewer, channel_id, period, excluded, request.now)
        except Refused as refused:
            reason = refused.decision.reason
            raise Refusal(REFUSALS[reason], reason.value) from refused
        except NothingToPlay as error:
            raise Refusal(404, error.code) from error
        if request.flag("get_drm_info") and access.station.channels[channel_id].is_drm:
            raise Refusal(2, "no DRM information")
        return found

    def _period(self, request: Request, access: Access) -> Period:
        """Read which programme is wanted: `pid` goes before `time`."""
        channel = access.station.channels.get(request.whole("cid", 0) or 0)
        programme_id, moment = request.whole("pid"), request.whole("time")
        if programme_id is None and moment is None:
            raise BadParameter("pid or time")
        if channel is None:
            return Period(moment or 0)  # refused for the channel's sake
        shift = channel.guide_shift_minutes * 60
        programme = self._state.guide_of(channel).find(programme_id) if programme_id is not None else None
        if programme is not None:
            period = period_of(programme, programme.start + shift, shift, request.now)
        elif moment is not None:
            period = self._playing.period_at(channel, moment, request.now)
        else:
            raise Refusal(404, "programme not found")
        return Period(period.start) if request.flag("tv_pause") else period

    def _answer(self, request: Request, caller: Caller, found: Found, more: dict[str, object]) -> Answer:
        if request.flag("redirect", default=True):
            return redirect(found.address)
        wire = self._callers.wire(request, caller)
        return ok_with_message(wire, {"uri": found.address, **more})


def _viewer(request: Request, caller: Caller, access: Access) -> Viewer:
    session = caller.seat.session
    device_type = caller.operator.device_types.get(session.device_type)
    return Viewer(
        access=access,
        holder=caller.seat.holder,
        key=device_key(session),
        token=caller.token,
        session=session.token_digest[:16],
        address=request.address,
        is_enabled=session.device_is_enabled,
        is_set_top_box=device_type is not None and device_type.group == _SET_TOP_BOX,
    )

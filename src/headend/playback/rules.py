"""May this device play this channel now? One pure decision, called by the gate, the console and the tests."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from headend.kernel.errors import Invalid

PLAY_LAPSES_AFTER = 300  # seconds without a beat after which a device no longer counts as watching


class Reason(StrEnum):
    """Why a request is answered as it is. The order is the order of the checks: the first that fails is told."""

    ALLOWED = "allowed"
    OPERATOR_CLOSED = "operator_closed"
    ACCOUNT_INACTIVE = "account_inactive"
    ACCOUNT_EXPIRED = "account_expired"
    DEVICE_DISABLED = "device_disabled"
    CHANNEL_UNKNOWN = "channel_unknown"
    CHANNEL_DISABLED = "channel_disabled"
    MAINTENANCE = "maintenance"
    NO_TARIFF = "no_tariff"
    NOT_IN_TARIFF = "not_in_tariff"
    WRONG_COUNTRY = "wrong_country"
    OUTSIDE_HOURS = "outside_hours"
    NO_ARCHIVE = "no_archive"
    TOO_OLD = "too_old"
    NOT_YET = "not_yet"
    BLOCKED_PROGRAMME = "blocked_programme"
    PARENT_CODE = "parent_code"
    TOO_MANY_STREAMS = "too_many_streams"


@dataclass(frozen=True, slots=True)
class Hours:
    """When a tariff may be watched. `days` are ISO weekdays (1 is Monday); minutes count from midnight.

    `until` may be smaller than `since`: the window then runs over midnight and belongs to the day it began.
    """

    days: frozenset[int]
    since: int
    until: int

    def holds(self, local: datetime) -> bool:
        """Say whether a local time falls into the window."""
        minute = local.hour * 60 + local.minute
        today, yesterday = local.isoweekday(), (local - timedelta(days=1)).isoweekday()
        if self.since < self.until:
            return today in self.days and self.since <= minute < self.until
        return (today in self.days and minute >= self.since) or (yesterday in self.days and minute < self.until)


@dataclass(frozen=True, slots=True)
class TariffTerms:
    """What one tariff gives. `channels` None: every channel of the operator."""

    id: int
    channels: frozenset[int] | None
    is_basic: bool = False
    countries: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    basic_sessions: int = 1
    additional_sessions: int = 1
    one_address: bool = False
    for_inactive_accounts: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """A tariff that an account holds from `starts` until `ends` (seconds since the epoch; None: open)."""

    tariff: TariffTerms
    starts: int = 0
    ends: int | None = None

    def is_current(self, now: int) -> bool:
        """Say whether the tariff is held at this moment."""
        return self.starts <= now and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True)
class Grant:
    """All that decides what an account may play; made from the records, kept by the gate."""

    account_id: int
    holdings: tuple[Holding, ...]
    is_active: bool = True
    operator_is_active: bool = True
    active_from: int | None = None
    active_until: int | None = None
    zone: tzinfo = UTC
    locked_channels: frozenset[int] = frozenset()  # behind the parental code by the account's own wish


@dataclass(frozen=True, slots=True)
class ChannelTerms:
    """What a channel asks for. `archive_seconds` is how far back its recordings reach."""

    id: int
    is_enabled: bool = True
    archive_seconds: int = 0
    needs_parent_code: bool = False
    maintenance: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Play:
    """A device that is watching: which channel, since when, and when it was last heard of (epoch seconds)."""

    channel_id: int
    started: int
    last_beat: int


_NOBODY: Mapping[str, "Play"] = MappingProxyType({})


class PlayRequest(NamedTuple):
    """One wish to play. `since` None is live; otherwise the moment in the archive (epoch seconds).

    `plays` are the account's devices that watch, by device key; `parent_code_given` says that the code was right
    or that the device asks for it by itself, as set-top boxes do.
    """

    device_key: str
    channel: ChannelTerms | None
    since: int | None = None
    country: str = ""
    device_is_enabled: bool = True
    parent_code_given: bool = True
    programme_is_blocked: bool = False
    plays: Mapping[str, Play] = _NOBODY


class Decision(NamedTuple):
    """The answer: `tariff_id` is the tariff that allows it; `limit` and `used` count concurrent streams."""

    reason: Reason
    tariff_id: int | None = None
    limit: int | None = None
    used: int | None = None

    @property
    def allowed(self) -> bool:
        """Say whether the device may play."""
        return self.reason is Reason.ALLOWED


def decide_playback(grant: Grant, request: PlayRequest, now: int) -> Decision:
    """Decide whether a device may play a channel at `now` (epoch seconds), and say why not.

    The new stream of a device that already watches replaces its old one, so fast zapping never meets the limit.
    """
    refusal = _standing(grant, request, now) or _channel_state(request.channel, now)
    if refusal or request.channel is None:
        return Decision(refusal or Reason.CHANNEL_UNKNOWN)
    tariffs = current_tariffs(grant, now)
    tariff, refusal = _find_tariff(tariffs, request.channel.id, request.country, grant.zone, now)
    if tariff is None:
        return Decision(refusal)
    refusal = _archive_refusal(request.channel, request.since, now) or _viewer_refusal(grant, request)
    if refusal:
        return Decision(refusal, tariff.id)
    limit, used = _stream_limit(tariffs), _others_watching(request, now)
    reason = Reason.TOO_MANY_STREAMS if used >= limit else Reason.ALLOWED
    return Decision(reason, tariff.id, limit, used)


def _standing(grant: Grant, request: PlayRequest, now: int) -> Reason | None:
    if not grant.operator_is_active:
        return Reason.OPERATOR_CLOSED
    if not is_in_service(grant, now):
        return Reason.ACCOUNT_EXPIRED if _is_over(grant, now) else Reason.ACCOUNT_INACTIVE
    return None if request.device_is_enabled else Reason.DEVICE_DISABLED


def _is_over(grant: Grant, now: int) -> bool:
    return grant.is_active and grant.active_until is not None and grant.active_until <= now


def is_in_service(grant: Grant, now: int) -> bool:
    """Say whether an account is active and paid up, or holds a tariff that is for inactive accounts too."""
    return is_paid_up(grant, now) or any(h.tariff.for_inactive_accounts and h.is_current(now) for h in grant.holdings)


def is_paid_up(grant: Grant, now: int) -> bool:
    """Say whether an account is active and within its dates."""
    has_begun = grant.active_from is None or grant.active_from <= now
    return grant.is_active and has_begun and (grant.active_until is None or now < grant.active_until)


def _channel_state(channel: ChannelTerms | None, now: int) -> Reason | None:
    if channel is None:
        return Reason.CHANNEL_UNKNOWN
    if not channel.is_enabled:
        return Reason.CHANNEL_DISABLED
    return Reason.MAINTENANCE if _is_interrupted(channel, now) else None


def _is_interrupted(channel: ChannelTerms, now: int) -> bool:
    if not channel.maintenance:  # nearly always, and this is asked for every zap
        return False
    return any(begin <= now and (end is None or now < end) for begin, end in channel.maintenance)


def current_tariffs(grant: Grant, now: int) -> list[TariffTerms]:
    """List the tariffs that count now: for an account out of service only those for inactive accounts."""
    current = [h.tariff for h in grant.holdings if h.is_current(now)]
    if is_paid_up(grant, now):
        return current
    return [tariff for tariff in current if tariff.for_inactive_accounts]


def tariffs_here(grant: Grant, country: str, now: int) -> list[TariffTerms]:
    """List the tariffs that count now and in this country ("" when nobody knows): for all that is no channel."""
    return [t for t in current_tariffs(grant, now) if _is_sold_in(t, country) and _is_open_at(t, grant.zone, now)]


def _find_tariff(
    tariffs: Iterable[TariffTerms], channel_id: int, country: str, zone: tzinfo, now: int
) -> tuple[TariffTerms | None, Reason]:
    """The first tariff that gives the channel here and now, or the reason of the one that came closest."""
    refusal = Reason.NO_TARIFF
    for tariff in tariffs:
        reason = _tariff_refusal(tariff, channel_id, country, zone, now)
        if reason is None:
            return tariff, Reason.ALLOWED
        refusal = max(refusal, reason, key=_CHECKS.__getitem__)
    return None, refusal


_CHECKS = {reason: place for place, reason in enumerate(Reason)}


def _tariff_refusal(tariff: TariffTerms, channel_id: int, country: str, zone: tzinfo, now: int) -> Reason | None:
    if not _gives(tariff, channel_id):
        return Reason.NOT_IN_TARIFF
    if not _is_sold_in(tariff, country):
        return Reason.WRONG_COUNTRY
    return None if _is_open_at(tariff, zone, now) else Reason.OUTSIDE_HOURS


def _gives(tariff: TariffTerms, channel_id: int) -> bool:
    return tariff.channels is None or channel_id in tariff.channels


def _is_sold_in(tariff: TariffTerms, country: str) -> bool:
    return not tariff.countries or not country or country in tariff.countries


def _is_open_at(tariff: TariffTerms, zone: tzinfo, now: int) -> bool:
    return not tariff.hours or any(h.holds(datetime.fromtimestamp(now, zone)) for h in tariff.hours)


def _archive_refusal(channel: ChannelTerms, since: int | None, now: int) -> Reason | None:
    if since is None:
        return None
    if not channel.archive_seconds:
        return Reason.NO_ARCHIVE
    if since > now:
        return Reason.NOT_YET
    return Reason.TOO_OLD if since < now - channel.archive_seconds else None


def _viewer_refusal(grant: Grant, request: PlayRequest) -> Reason | None:
    if request.programme_is_blocked:
        return Reason.BLOCKED_PROGRAMME
    return Reason.PARENT_CODE if _is_locked(grant, request.channel) and not request.parent_code_given else None


def _is_locked(grant: Grant, channel: ChannelTerms | None) -> bool:
    return channel is not None and (channel.needs_parent_code or channel.id in grant.locked_channels)


def stream_limit(grant: Grant, now: int) -> int:
    """How many devices of an account may watch at once: the most that one of its tariffs allows of each kind.

    The wire does the same: the maximum over all assigned tariffs applies, for basic and additional devices.
    """
    return _stream_limit(current_tariffs(grant, now))


def _stream_limit(tariffs: Iterable[TariffTerms]) -> int:
    basic = additional = 0
    for tariff in tariffs:
        basic, additional = max(basic, tariff.basic_sessions), max(additional, tariff.additional_sessions)
    return basic + additional


def _others_watching(request: PlayRequest, now: int) -> int:
    return sum(
        1
        for key, play in request.plays.items()
        if key != request.device_key and now - play.last_beat < PLAY_LAPSES_AFTER
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One of the checks that a request goes through, looked at by itself.

    `passed` None: there was nothing to check. `data` are the values that decided it: times in seconds since the
    epoch, tariffs and channels by number.
    """

    reason: Reason
    passed: bool | None
    data: Mapping[str, object] = field(default_factory=dict)


def list_checks(grant: Grant, request: PlayRequest, now: int) -> tuple[Check, ...]:
    """Every check of `decide_playback` in its order, also those behind the first that failed, which is its reason."""
    return (
        *_standing_checks(grant, request, now),
        *_channel_checks(request.channel, now),
        *_tariff_checks(grant, request, now),
        *_archive_checks(request, now),
        *_viewer_checks(grant, request, now),
    )


def _standing_checks(grant: Grant, request: PlayRequest, now: int) -> tuple[Check, ...]:
    is_served, is_over = is_in_service(grant, now), _is_over(grant, now)
    dates = {"active_from": grant.active_from, "active_until": grant.active_until}
    return (
        Check(Reason.OPERATOR_CLOSED, grant.operator_is_active),
        Check(Reason.ACCOUNT_INACTIVE, is_served or is_over, {"is_active": grant.is_active, **dates}),
        Check(Reason.ACCOUNT_EXPIRED, is_served or not is_over, dates),
        Check(Reason.DEVICE_DISABLED, request.device_is_enabled, {"device": request.device_key}),
    )


def _channel_checks(channel: ChannelTerms | None, now: int) -> tuple[Check, ...]:
    if channel is None:
        return (
            Check(Reason.CHANNEL_UNKNOWN, False),
            Check(Reason.CHANNEL_DISABLED, None),
            Check(Reason.MAINTENANCE, None),
        )
    return (
        Check(Reason.CHANNEL_UNKNOWN, True, {"channel": channel.id}),
        Check(Reason.CHANNEL_DISABLED, channel.is_enabled),
        Check(Reason.MAINTENANCE, not _is_interrupted(channel, now), {"windows": channel.maintenance}),
    )


def _tariff_checks(grant: Grant, request: PlayRequest, now: int) -> tuple[Check, ...]:
    channel, country = request.channel, request.country
    held = current_tariffs(grant, now)
    giving = [t for t in held if channel is not None and _gives(t, channel.id)]
    here = [t for t in giving if _is_sold_in(t, country)]
    current = [t for t in here if _is_open_at(t, grant.zone, now)]
    return (
        Check(Reason.NO_TARIFF, bool(held), {"tariffs": _numbers(held)}),
        Check(Reason.NOT_IN_TARIFF, bool(giving) if held and channel else None, {"tariffs": _numbers(giving)}),
        Check(Reason.WRONG_COUNTRY, bool(here) if giving else None, {"country": country, "tariffs": _numbers(here)}),
        Check(
            Reason.OUTSIDE_HOURS,
            bool(current) if here else None,
            {"local_time": datetime.fromtimestamp(now, grant.zone).isoformat(), "tariffs": _numbers(current)},
        ),
    )


def _numbers(tariffs: Iterable[TariffTerms]) -> list[int]:
    return [tariff.id for tariff in tariffs]


def _archive_checks(request: PlayRequest, now: int) -> tuple[Check, ...]:
    channel, since = request.channel, request.since
    if channel is None or since is None:
        return tuple(Check(reason, None) for reason in (Reason.NO_ARCHIVE, Reason.TOO_OLD, Reason.NOT_YET))
    reach = channel.archive_seconds
    data = {"since": since, "oldest": now - reach}
    return (
        Check(Reason.NO_ARCHIVE, reach > 0, {"archive_seconds": reach}),
        Check(Reason.TOO_OLD, since >= now - reach if reach else None, data),
        Check(Reason.NOT_YET, since <= now if reach else None, data),
    )


def _viewer_checks(grant: Grant, request: PlayRequest, now: int) -> tuple[Check, ...]:
    is_locked = _is_locked(grant, request.channel)
    limit, used = stream_limit(grant, now), _others_watching(request, now)
    return (
        Check(Reason.BLOCKED_PROGRAMME, not request.programme_is_blocked),
        Check(Reason.PARENT_CODE, request.parent_code_given if is_locked else None),
        Check(Reason.TOO_MANY_STREAMS, used < limit, {"limit": limit, "used": used}),
    )


_TIME = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_EVERY_DAY = tuple(range(1, 8))


def parse_countries(value: object) -> frozenset[str]:
    """Read a tariff's countries, a list of two-letter codes (ISO 3166-1 alpha-2); raises Invalid with the place."""
    if not isinstance(value, list):
        raise Invalid("countries are a list of two-letter codes", "countries")
    for place, code in enumerate(value, 1):
        if not isinstance(code, str) or not re.fullmatch(r"[A-Za-z]{2}", code):
            raise Invalid(f"{code!r} is not a two-letter country code", f"countries, entry {place}")
    return frozenset(code.upper() for code in value)


def parse_hours(value: object) -> tuple[Hours, ...]:
    """Read a tariff's viewing hours: `[{"days": [6, 7], "from": "18:00", "to": "23:00"}, ...]`.

    Without `days` a window holds every day; `to` may be `24:00`, and earlier than `from` to run over midnight.
    Raises Invalid with the place.
    """
    if not isinstance(value, list):
        raise Invalid("viewing hours are a list of windows", "viewing_hours")
    return tuple(_window(window, f"viewing_hours, window {place}") for place, window in enumerate(value, 1))


def _window(value: object, place: str) -> Hours:
    if not isinstance(value, dict):
        raise Invalid('a window is an object with "days", "from" and "to"', place)
    unknown = sorted(str(key) for key in value if key not in ("days", "from", "to"))
    if unknown:
        raise Invalid(f"a window has no {', '.join(unknown)}", place)
    days = value.get("days", list(_EVERY_DAY))
    if not isinstance(days, list) or not days or any(type(day) is not int or day not in _EVERY_DAY for day in days):
        raise Invalid("days are numbers from 1 (Monday) to 7 (Sunday)", place)
    return Hours(frozenset(days), _minute(value, "from", 1439, place), _minute(value, "to", 1440, place))


def _minute(window: Mapping[str, object], key: str, last: int, place: str) -> int:
    text = window.get(key)
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    minute = int(found[1]) * 60 + int(found[2]) if found else last + 1
    if minute > last:
        raise Invalid(f'"{key}" is a time like 18:00, not {text!r}', place)
    return minute

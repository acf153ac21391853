"""decide_playback: each reason, their order, and what must hold whatever the records say."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.playback.rules import (
    PLAY_LAPSES_AFTER,
    ChannelTerms,
    Decision,
    Grant,
    Holding,
    Hours,
    Play,
    PlayRequest,
    Reason,
    TariffTerms,
    current_tariffs,
    decide_playback,
    is_in_service,
    list_checks,
    stream_limit,
)

NOW = 1_800_000_000  # Friday 2027-01-15 08:00 UTC
DAY = 86_400
CHANNEL = ChannelTerms(7, archive_seconds=3 * DAY)
TARIFF = TariffTerms(1, frozenset({7}))
GRANT = Grant(account_id=1, holdings=(Holding(TARIFF),))
LIVE = PlayRequest("box", CHANNEL)
ALLOWED = Decision(Reason.ALLOWED, tariff_id=1, limit=2, used=0)


def holding(*terms: TariffTerms) -> Grant:
    return Grant(account_id=1, holdings=tuple(Holding(t) for t in terms))


def plays(*devices: str, beat: int = NOW) -> dict[str, Play]:
    return {device: Play(7, NOW - 100, beat) for device in devices}


def test_allowed_names_the_tariff_and_counts_the_streams() -> None:
    assert decide_playback(GRANT, LIVE, NOW) == ALLOWED


@pytest.mark.parametrize(
    ("reason", "grant", "request_"),
    [
        (Reason.OPERATOR_CLOSED, replace(GRANT, operator_is_active=False), LIVE),
        (Reason.ACCOUNT_INACTIVE, replace(GRANT, is_active=False), LIVE),
        (Reason.ACCOUNT_INACTIVE, replace(GRANT, active_from=NOW + 1), LIVE),
        (Reason.ACCOUNT_EXPIRED, replace(GRANT, active_until=NOW), LIVE),
        (Reason.DEVICE_DISABLED, GRANT, LIVE._replace(device_is_enabled=False)),
        (Reason.CHANNEL_UNKNOWN, GRANT, LIVE._replace(channel=None)),
        (Reason.CHANNEL_DISABLED, GRANT, LIVE._replace(channel=replace(CHANNEL, is_enabled=False))),
        (Reason.MAINTENANCE, GRANT, LIVE._replace(channel=replace(CHANNEL, maintenance=((NOW, None),)))),
        (Reason.MAINTENANCE, GRANT, LIVE._replace(channel=replace(CHANNEL, maintenance=((0, 1), (NOW - 9, NOW + 1))))),
        (Reason.NO_TARIFF, replace(GRANT, holdings=()), LIVE),
        (Reason.NO_TARIFF, replace(GRANT, holdings=(Holding(TARIFF, starts=NOW + 1),)), LIVE),
        (Reason.NO_TARIFF, replace(GRANT, holdings=(Holding(TARIFF, ends=NOW),)), LIVE),
    ],
)
def test_refusals_before_the_tariffs(reason: Reason, grant: Grant, request_: PlayRequest) -> None:
    assert decide_playback(grant, request_, NOW) == Decision(reason)


@pytest.mark.parametrize(
    ("grant", "channel"),
    [
        (replace(GRANT, active_from=NOW, active_until=NOW + 1), CHANNEL),
        (replace(GRANT, holdings=(Holding(TARIFF, NOW, NOW + 1),)), CHANNEL),
        (GRANT, replace(CHANNEL, maintenance=((NOW + 1, None), (NOW - 9, NOW)))),
        (holding(replace(TARIFF, channels=None)), CHANNEL),
    ],
)
def test_the_edges_of_periods(grant: Grant, channel: ChannelTerms) -> None:
    assert decide_playback(grant, LIVE._replace(channel=channel), NOW) == ALLOWED


OTHER = TariffTerms(2, frozenset({8}))
ABROAD = TariffTerms(3, frozenset({7}), countries=frozenset({"IT"}))
EVENING = TariffTerms(4, frozenset({7}), hours=(Hours(frozenset(range(1, 8)), 18 * 60, 23 * 60),))


@pytest.mark.parametrize(
    ("terms", "country", "reason"),
    [
        ((OTHER,), "DE", Reason.NOT_IN_TARIFF),
        ((ABROAD,), "DE", Reason.WRONG_COUNTRY),
        ((EVENING,), "DE", Reason.OUTSIDE_HOURS),
        ((OTHER, ABROAD), "DE", Reason.WRONG_COUNTRY),
        ((ABROAD, OTHER), "DE", Reason.WRONG_COUNTRY),
        ((EVENING, ABROAD, OTHER), "DE", Reason.OUTSIDE_HOURS),
        ((ABROAD, OTHER), "IT", Reason.ALLOWED),
        ((OTHER, ABROAD), "", Reason.ALLOWED),
        ((EVENING, TARIFF), "DE", Reason.ALLOWED),
    ],
)
def test_the_tariff_that_comes_closest_gives_the_reason(
    terms: tuple[TariffTerms, ...], country: str, reason: Reason
) -> None:
    assert decide_playback(holding(*terms), LIVE._replace(country=country), NOW).reason is reason


@pytest.mark.parametrize(
    ("channel", "since", "reason"),
    [
        (CHANNEL, NOW - 3 * DAY, Reason.ALLOWED),
        (CHANNEL, NOW, Reason.ALLOWED),
        (CHANNEL, NOW - 3 * DAY - 1, Reason.TOO_OLD),
        (CHANNEL, NOW + 1, Reason.NOT_YET),
        (replace(CHANNEL, archive_seconds=0), NOW - 1, Reason.NO_ARCHIVE),
        (replace(CHANNEL, archive_seconds=0), NOW + 1, Reason.NO_ARCHIVE),
        (replace(CHANNEL, archive_seconds=0), None, Reason.ALLOWED),
    ],
)
def test_archive(channel: ChannelTerms, since: int | None, reason: Reason) -> None:
    decision = decide_playback(GRANT, LIVE._replace(channel=channel, since=since), NOW)
    assert (decision.reason, decision.tariff_id) == (reason, 1)


@pytest.mark.parametrize(
    ("channel", "locked"),
    [(replace(CHANNEL, needs_parent_code=True), frozenset()), (CHANNEL, frozenset({7}))],
)
def test_parental_code(channel: ChannelTerms, locked: frozenset[int]) -> None:
    grant, asked = replace(GRANT, locked_channels=locked), LIVE._replace(channel=channel)
    assert decide_playback(grant, asked, NOW) == ALLOWED
    refused = decide_playback(grant, asked._replace(parent_code_given=False), NOW)
    assert refused == Decision(Reason.PARENT_CODE, tariff_id=1)


def test_blocked_programme_comes_before_the_parental_code() -> None:
    asked = LIVE._replace(channel=replace(CHANNEL, needs_parent_code=True), parent_code_given=False)
    decision = decide_playback(GRANT, asked._replace(programme_is_blocked=True), NOW)
    assert decision == Decision(Reason.BLOCKED_PROGRAMME, tariff_id=1)


def test_streams_of_others_count_until_they_lapse() -> None:
    full = LIVE._replace(plays=plays("tv", "phone"))
    assert decide_playback(GRANT, full, NOW) == Decision(Reason.TOO_MANY_STREAMS, 1, limit=2, used=2)
    lapsed = LIVE._replace(plays=plays("tv") | plays("phone", beat=NOW - PLAY_LAPSES_AFTER))
    assert decide_playback(GRANT, lapsed, NOW) == Decision(Reason.ALLOWED, 1, limit=2, used=1)


def test_a_device_that_watches_already_replaces_its_own_stream() -> None:
    zapping = LIVE._replace(plays=plays("box", "tv"))
    assert decide_playback(GRANT, zapping, NOW) == Decision(Reason.ALLOWED, 1, limit=2, used=1)


def test_stream_limit_is_the_maximum_of_each_kind() -> None:
    terms = (
        replace(TARIFF, basic_sessions=3, additional_sessions=0),
        replace(OTHER, basic_sessions=0, additional_sessions=5),
    )
    assert stream_limit(holding(*terms), NOW) == 8
    assert stream_limit(holding(), NOW) == 0


def test_account_out_of_service_has_only_the_tariffs_for_that() -> None:
    free = TariffTerms(9, frozenset({9}), for_inactive_accounts=True)
    grant = replace(holding(TARIFF, free), is_active=False)
    assert is_in_service(grant, NOW)
    assert current_tariffs(grant, NOW) == [free]
    assert decide_playback(grant, LIVE, NOW) == Decision(Reason.NOT_IN_TARIFF)
    assert decide_playback(grant, LIVE._replace(channel=ChannelTerms(9)), NOW).tariff_id == 9


@pytest.mark.parametrize(
    ("hours", "local", "expected"),
    [
        (Hours(frozenset({5}), 480, 540), "2027-01-15T08:00", True),
        (Hours(frozenset({5}), 480, 540), "2027-01-15T08:59", True),
        (Hours(frozenset({5}), 480, 540), "2027-01-15T09:00", False),
        (Hours(frozenset({6}), 480, 540), "2027-01-15T08:00", False),
        (Hours(frozenset({5}), 1380, 120), "2027-01-15T23:30", True),
        (Hours(frozenset({5}), 1380, 120), "2027-01-16T01:59", True),
        (Hours(frozenset({5}), 1380, 120), "2027-01-15T01:00", False),
        (Hours(frozenset({7}), 1380, 120), "2027-01-18T00:00", True),
        (Hours(frozenset({5}), 0, 1440), "2027-01-15T23:59", True),
        (Hours(frozenset({5}), 600, 600), "2027-01-16T09:59", True),
        (Hours(frozenset({5}), 600, 600), "2027-01-16T10:00", False),
    ],
)
def test_hours(hours: Hours, local: str, expected: bool) -> None:
    assert hours.holds(datetime.fromisoformat(local)) is expected


def test_viewing_hours_are_those_of_the_operators_zone() -> None:
    grant = replace(holding(EVENING), zone=ZoneInfo("Asia/Tokyo"))
    for utc_hour, reason in (
        (8, Reason.OUTSIDE_HOURS),
        (9, Reason.ALLOWED),
        (13, Reason.ALLOWED),
        (14, Reason.OUTSIDE_HOURS),
    ):
        now = int(datetime(2027, 1, 15, utc_hour, tzinfo=UTC).timestamp())
        assert decide_playback(grant, LIVE, now).reason is reason


# --- whatever the records say ---

moments = st.integers(NOW - 5, NOW + 5) | st.sampled_from([NOW - 4 * DAY, NOW - DAY, NOW + DAY])
periods = st.tuples(moments, st.none() | moments)
tariffs = st.builds(
    TariffTerms,
    st.integers(1, 5),
    st.none() | st.frozensets(st.integers(6, 9)),
    countries=st.frozensets(st.sampled_from(["IT", "DE"])),
    hours=st.lists(
        st.builds(Hours, st.frozensets(st.integers(1, 7)), st.integers(0, 1439), st.integers(0, 1440)), max_size=2
    ).map(tuple),
    basic_sessions=st.integers(0, 2),
    additional_sessions=st.integers(0, 2),
    for_inactive_accounts=st.booleans(),
)
holdings = st.builds(Holding, tariffs, st.integers(NOW - 5, NOW + 5), st.none() | moments)
grants = st.builds(
    Grant,
    st.just(1),
    st.lists(holdings, max_size=4).map(tuple),
    is_active=st.booleans(),
    operator_is_active=st.booleans(),
    active_from=st.none() | moments,
    active_until=st.none() | moments,
    locked_channels=st.frozensets(st.integers(6, 9)),
)
channels = st.builds(
    ChannelTerms,
    st.integers(6, 9),
    is_enabled=st.booleans(),
    archive_seconds=st.sampled_from([0, DAY, 3 * DAY]),
    needs_parent_code=st.booleans(),
    maintenance=st.lists(periods, max_size=2).map(tuple),
)
devices = st.sampled_from(["box", "tv", "phone", "tablet", "web"])
requests = st.builds(
    PlayRequest,
    devices,
    st.none() | channels,
    since=st.none() | moments,
    country=st.sampled_from(["", "IT", "DE", "FR"]),
    device_is_enabled=st.booleans(),
    parent_code_given=st.booleans(),
    programme_is_blocked=st.booleans(),
    plays=st.dictionaries(
        devices, st.builds(Play, st.integers(6, 9), moments, st.integers(NOW - 2 * PLAY_LAPSES_AFTER, NOW))
    ),
)


@given(grants, requests)
def test_first_check_that_fails_is_the_reason(grant: Grant, request: PlayRequest) -> None:
    decision = decide_playback(grant, request, NOW)
    checks = list_checks(grant, request, NOW)
    assert [check.reason for check in checks] == list(Reason)[1:]
    failed = [check.reason for check in checks if check.passed is False]
    assert decision.reason is (failed[0] if failed else Reason.ALLOWED)


@given(grants, requests, holdings)
def test_one_tariff_more_never_takes_anything_away(grant: Grant, request: PlayRequest, more: Holding) -> None:
    richer = replace(grant, holdings=(*grant.holdings, more))
    before, after = decide_playback(grant, request, NOW), decide_playback(richer, request, NOW)
    if before.allowed:
        assert after.allowed
        assert after.tariff_id == before.tariff_id
    if before.limit is not None and after.limit is not None:
        assert after.limit >= before.limit


@given(grants, requests)
def test_the_same_device_never_stands_in_its_own_way(grant: Grant, request: PlayRequest) -> None:
    others = {device: play for device, play in request.plays.items() if device != request.device_key}
    watching = others | {request.device_key: Play(6, NOW, NOW)}
    alone = decide_playback(grant, request._replace(plays=others), NOW)
    assert decide_playback(grant, request._replace(plays=watching), NOW) == alone


@given(grants, st.lists(st.tuples(devices, channels, st.integers(0, 400)), max_size=30))
def test_streams_never_exceed_the_limit_however_fast_devices_zap(
    grant: Grant, zaps: list[tuple[str, ChannelTerms, int]]
) -> None:
    now, watching = NOW, dict[str, Play]()
    for device, channel, passed in zaps:
        now += passed
        decision = decide_playback(grant, PlayRequest(device, channel, plays=watching), now)
        if decision.allowed:
            watching[device] = Play(channel.id, now, now)
            current = [play for play in watching.values() if now - play.last_beat < PLAY_LAPSES_AFTER]
            assert len(current) <= stream_limit(grant, now)


@given(grants, requests)
def test_nothing_is_allowed_that_no_tariff_gives(grant: Grant, request: PlayRequest) -> None:
    decision = decide_playback(grant, request, NOW)
    if decision.allowed:
        assert request.channel is not None
        assert any(
            held.tariff.id == decision.tariff_id
            and held.is_current(NOW)
            and (held.tariff.channels is None or request.channel.id in held.tariff.channels)
            for held in grant.holdings
        )

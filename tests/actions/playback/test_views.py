"""From records to the views that the gate answers from."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.factories import (
    make_account,
    make_api_key,
    make_category,
    make_channel,
    make_data_centre,
    make_device,
    make_device_type,
    make_guide_channel,
    make_maintenance,
    make_operator,
    make_operator_device_type,
    make_programme,
    make_session,
    make_streaming_server,
    make_subscription,
    make_tariff,
)

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.catalog.models import ChannelSort, ChannelSortEntry, GuideCategory
from headend.delivery.models import StreamingServer
from headend.delivery.ports import Period, StreamRequest
from headend.kernel.sealing import new_key, seal
from headend.kernel.tokens import digest_of
from headend.operators.models import Operator
from headend.operators.rules import Api
from headend.playback.ports import (
    AccountView,
    CategoryView,
    ChannelView,
    DeviceTypeView,
    HoldingView,
    Lineup,
    OperatorView,
    PersonalChannel,
    ProgrammeView,
)
from headend.playback.queries import (
    ServerTools,
    account_views,
    guides_of,
    lineup_of,
    operator_views,
    programme_categories,
    session_views,
)
from headend.playback.rules import ChannelTerms, Hours, TariffTerms
from headend.subscribers.models import AccountChannel
from headend.subscribers.rules import SessionView

pytestmark = pytest.mark.django_db

NOW = 1_800_000_000  # 2027-01-15 08:00 UTC
MOMENT = datetime.fromtimestamp(NOW, UTC)
DAY = 86_400
KEY = new_key()


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, UTC)


def lineup(operator: Operator) -> Lineup:
    return lineup_of(operator, ServerTools(STREAMING_SERVERS, KEY, "https://tv.example"), MOMENT)


# --- operators ---


def test_operator() -> None:
    operator = make_operator(
        name="Demo",
        time_zone="Europe/Rome",
        language="it",
        extra_languages=["en", "ru", "de", "fr", "es", "too many"],
        currency="CHF",
        uid=77,
        billing_mode="subscription",
        portal_url="https://portal.example/",
    )
    make_operator(parent=operator)
    _, key = make_api_key(operator=operator)
    make_api_key(operator=operator, revoked_at=MOMENT)
    make_api_key(operator=operator, api=Api.BILLING)
    kind = make_device_type(system_name="mag", group=0, wire_format="xml")
    make_operator_device_type(
        operator=operator,
        device_type=kind,
        is_basic=True,
        template="focus",
        auth_mode="device_uid",
        menu=["radio", "cctv"],
        standby_minutes=30,
        archive_standby_minutes=90,
        login_text="Welcome",
        css_url="/a.css",
        custom_api_url="https://api.example/",
        logo_url="/1.svg",
        logo_login_url="/2.svg",
        logo_loading_url="/3.svg",
        autorefresh_enabled=True,
        reports_enabled=False,
        portal_config={"a": 1},
    )
    settings = {
        "show_radio": 0,
        "show_cctv": 0,
        "template": "focus",
        "custom_api_url": "https://api.example/",
        "custom_css_url": "/a.css",
        "client_logo_url": "/1.svg",
        "client_logo_login_url": "/2.svg",
        "client_logo_loading_url": "/3.svg",
        "login_text": "Welcome",
        "reports_enabled": 0,
        "data_autorefresh_enabled": 1,
        "standby_timer": 30,
        "pvr_standby_timer": 90,
        "auth_mode": "device_uid",
        "portal_config": {"a": 1},
    }
    assert operator_views([operator.pk]) == [
        OperatorView(
            id=operator.pk,
            name="Demo",
            is_active=True,
            key_digests=frozenset({digest_of(key)}),
            languages=("it", "en", "ru", "de", "fr", "es"),
            time_zone="Europe/Rome",
            currency="CHF",
            uid="77",
            uses_subscriptions=True,
            has_children=True,
            portal_url="https://portal.example/",
            device_types={"mag": DeviceTypeView("mag", 0, "xml", is_enabled=True, is_basic=True, settings=settings)},
        )
    ]
    assert len(operator_views()) == 2


def test_operator_with_a_zone_that_does_not_exist(caplog: pytest.LogCaptureFixture) -> None:
    operator = make_operator(time_zone="../Mars/Olympus")
    assert operator_views([operator.pk])[0].time_zone == "UTC"
    assert "'../Mars/Olympus' is no time zone" in caplog.text


def test_wire_format_of_the_operator_wins_over_that_of_the_type() -> None:
    used = make_operator_device_type(
        device_type=make_device_type(system_name="mag", wire_format="xml"), wire_format="json"
    )
    assert operator_views([used.operator_id])[0].device_types["mag"].wire_format == "json"


# --- lineups ---


def test_channel() -> None:
    operator = make_operator(extra_languages=["ru"])
    category, extra = make_category(operator=operator), make_category(operator=operator)
    guide = make_guide_channel(guide_id="one.example", shift_minutes=-60)
    channel = make_channel(
        operator=operator,
        name="One",
        name_lang1="Один",
        name_lang2="not spoken",
        sort=3,
        lcn=12,
        category=category,
        icon_url="/one.svg",
        show_in_all=False,
        guide_channel=guide,
        stream_url="http://edge.example/one.m3u8",
        stream_id="one",
        url_prefix="north",
        multicast_address="udp://239.0.0.1:1234",
        recording_days=7,
        pause_live_seconds=3600,
        catchup={"mode": "append", "days": 7, "x": None},
        http_headers={"User-Agent": "x"},
        is_drm=True,
        aspect_ratio=2,
        option1="1",
        option2="2",
        option3="3",
        needs_parent_code=True,
        telemetry={"telemeter": "0"},
        meta={"a": [1]},
    )
    channel.extra_categories.add(extra)
    make_maintenance(operator=operator, channels=[channel], begins_at=at(60), ends_at=at(120))
    make_maintenance(operator=operator, channels=[channel], begins_at=at(-60))
    make_maintenance(operator=operator, channels=[channel], ends_at=at(0))
    make_maintenance(operator=operator, channels=[channel], is_finished=True)
    make_maintenance(operator=operator, channels=[channel], is_unavailable=False)
    terms = ChannelTerms(
        channel.pk,
        is_enabled=True,
        archive_seconds=7 * DAY,
        needs_parent_code=True,
        maintenance=((NOW - 60, None), (NOW + 60, NOW + 120)),
    )
    assert lineup(operator).channels == (
        ChannelView(
            id=channel.pk,
            names=("One", "Один"),
            terms=terms,
            sort=3,
            lcn=12,
            category_id=category.pk,
            extra_category_ids=(extra.pk,),
            icon_url="/one.svg",
            show_in_all=False,
            guide_channel_id=guide.pk,
            guide_shift_minutes=-60,
            guide_id="one.example",
            stream_url="http://edge.example/one.m3u8",
            stream_id="one",
            url_prefix="north",
            multicast_address="udp://239.0.0.1:1234",
            recording_days=7,
            pause_live_seconds=3600,
            catchup={"mode": "append", "days": "7"},
            http_headers={"User-Agent": "x"},
            is_drm=True,
            aspect_ratio=2,
            options=("1", "2", "3"),
            telemetry={"telemeter": "0"},
            meta={"a": [1]},
        ),
    )


def test_channel_without_anything() -> None:
    channel = make_channel(pause_live_seconds=900)
    view = lineup(channel.operator).channels[0]
    assert (view.stream_id, view.guide_id, view.guide_channel_id, view.lcn) == (str(channel.pk), "", None, 0)
    assert view.terms.archive_seconds == 900


def test_channels_stand_in_the_order_of_the_list() -> None:
    operator = make_operator()
    for name, fields in {
        "last": {"sort": 2},
        "no number": {"sort": 1},
        "B": {"sort": 1, "lcn": 5},
        "A": {"sort": 1, "lcn": 5},
        "first": {"sort": 1, "lcn": 2},
    }.items():
        make_channel(operator=operator, name=name, **fields)
    make_channel()
    assert [c.names[0] for c in lineup(operator).channels] == ["first", "A", "B", "no number", "last"]


def test_categories_and_named_orders() -> None:
    operator = make_operator(extra_languages=["it"])
    late = make_category(operator=operator, name="Late", sort=2)
    news = make_category(
        operator=operator,
        name="News",
        name_lang1="Notizie",
        sort=1,
        colour="#AA0000",
        description="What happened",
        icon_url="a",
        icon_tv_url="b",
        icon_dashboard_url="c",
    )
    first, second = make_channel(operator=operator), make_channel(operator=operator)
    order = ChannelSort.objects.create(operator=operator, name="popular")
    for position, channel in enumerate((second, first)):
        ChannelSortEntry.objects.create(channel_sort=order, channel=channel, position=position)
    found = lineup(operator)
    assert found.categories == (
        CategoryView(news.pk, ("News", "Notizie"), 1, "#AA0000", "What happened", "a", "b", "c"),
        CategoryView(late.pk, ("Late", ""), 2),
    )
    assert found.channel_sorts == {order.pk: (second.pk, first.pk)}


def test_tariffs(caplog: pytest.LogCaptureFixture) -> None:
    operator = make_operator()
    channel = make_channel(operator=operator)
    sport = make_tariff(
        operator=operator,
        channels=[channel],
        basic_priority=3,
        countries=["it"],
        viewing_hours=[{"days": [6], "from": "18:00", "to": "23:00"}],
        basic_sessions=2,
        additional_sessions=4,
        one_address=True,
        for_inactive_accounts=True,
        is_archived=True,
    )
    everything = make_tariff(operator=operator, all_channels=True)
    option = make_tariff(operator=operator, all_channels=True, channels=[channel], used_for_channels=False)
    make_tariff(operator=operator, is_enabled=False)
    broken = make_tariff(operator=operator, name="Broken", viewing_hours=[{"from": "x"}])
    assert lineup(operator).tariffs == {
        sport.pk: TariffTerms(
            sport.pk,
            frozenset({channel.pk}),
            is_basic=True,
            countries=frozenset({"IT"}),
            hours=(Hours(frozenset({6}), 1080, 1380),),
            basic_sessions=2,
            additional_sessions=4,
            one_address=True,
            for_inactive_accounts=True,
        ),
        everything.pk: TariffTerms(everything.pk, None),
        option.pk: TariffTerms(option.pk, frozenset()),
    }
    assert f"tariff {broken.pk} (Broken) gives nothing: viewing_hours, window 1" in caplog.text


def test_servers(caplog: pytest.LogCaptureFixture) -> None:
    operator = make_operator()
    channel, tariff = make_channel(operator=operator), make_tariff(operator=operator)
    centre = make_data_centre(operator=operator)
    second = make_streaming_server(operator=operator, priority=20, content="archive", recording_days=3)
    first = make_streaming_server(
        operator=operator,
        priority=5,
        content="live",
        channels=[channel],
        tariffs=[tariff],
        data_centre=centre,
        timeshift_minutes=120,
        bind_token_to_address=True,
        mask="http://edge.example/$cid?t=$signed",
        sealed_secret=seal("s3cret", KEY),
    )
    make_streaming_server(operator=operator, is_enabled=False)
    make_streaming_server(operator=operator, name="unsealable", sealed_secret=seal("s", new_key()))
    make_streaming_server(operator=operator, name="no mask", mask="")
    make_streaming_server(operator=operator, name="unheard of", kind="other")
    servers = lineup(operator).servers
    assert [(s.id, s.gives_live, s.gives_archive, s.channels, s.tariffs) for s in servers] == [
        (first.pk, True, False, frozenset({channel.pk}), frozenset({tariff.pk})),
        (second.pk, False, True, None, None),
    ]
    assert [(s.data_centre_id, s.timeshift_minutes, s.archive_seconds, s.bind_token_to_address) for s in servers] == [
        (centre.pk, 120, 0, True),
        (None, 0, 3 * DAY, False),
    ]
    request = StreamRequest("one", account_id=1, now=NOW, device_ip="192.0.2.1")
    assert servers[0].server.live_address(request).startswith("http://edge.example/one?t=")
    for name in ("unsealable", "no mask", "unheard of"):
        assert f"({name}) gives nothing" in caplog.text


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "loop", "base_url": "/origin", "sealed_secret": "secret"},
        {"kind": "mask", "mask": "/origin/$cid", "archive_mask": "/origin/$cid/$flpbt"},
    ],
)
def test_addresses_on_our_own_host_are_whole(fields: dict[str, str]) -> None:
    if "sealed_secret" in fields:
        fields = fields | {"sealed_secret": seal("secret", KEY)}
    server = lineup(make_streaming_server(**fields).operator).servers[0].server
    request = StreamRequest("one", account_id=1, now=NOW)
    assert server.live_address(request).startswith("https://tv.example/origin/")
    assert server.archive_address(request, Period(NOW - 60, 60)).startswith("https://tv.example/origin/")


@pytest.mark.parametrize(
    ("begins", "ends", "is_available"), [(-60, None, False), (0, 60, False), (1, None, True), (-60, 0, True)]
)
def test_server_in_maintenance(begins: int, ends: int | None, is_available: bool) -> None:
    server = make_streaming_server()
    make_maintenance(
        operator=server.operator, servers=[server], begins_at=at(begins), ends_at=None if ends is None else at(ends)
    )
    assert lineup(server.operator).servers[0].is_available is is_available


def test_server_in_a_data_centre_that_is_switched_off() -> None:
    operator = make_operator()
    make_streaming_server(operator=operator, data_centre=make_data_centre(operator=operator, is_enabled=False))
    assert lineup(operator).servers[0].is_available is False


def test_lineup_takes_the_same_queries_for_many_records(django_assert_max_num_queries: Any) -> None:
    operator = make_operator()
    channels = [make_channel(operator=operator, guide_channel=make_guide_channel()) for _ in range(20)]
    for _ in range(5):
        make_tariff(operator=operator, channels=channels)
        make_streaming_server(operator=operator, channels=channels)
        make_maintenance(operator=operator, channels=channels, servers=StreamingServer.objects.all())
    with django_assert_max_num_queries(17):
        lineup(operator)


# --- guides ---


def test_guides() -> None:
    kind = GuideCategory.objects.create(name="Film", name_lang1="Фильм")
    guide, empty = make_guide_channel(), make_guide_channel()
    old = make_programme(guide_channel=guide, start=NOW - DAY - 1800)
    edge = make_programme(guide_channel=guide, start=NOW - DAY - 1799, stop=NOW - DAY + 1)
    film = make_programme(guide_channel=guide, start=NOW, title="A film", category=kind, age=16, details='{"a":1}')
    make_programme(guide_channel=guide, start=NOW + 8 * DAY)
    make_programme(start=NOW)
    assert guides_of({guide.pk: 1, empty.pk: 3}, NOW) == {
        guide.pk: (
            ProgrammeView(edge.pk, edge.start, edge.stop, edge.title, 0, 0, "{}"),
            ProgrammeView(film.pk, NOW, NOW + 1800, "A film", kind.pk, 16, '{"a":1}'),
        ),
        empty.pk: (),
    }
    assert [p.id for p in guides_of({guide.pk: 2}, NOW)[guide.pk]] == [old.pk, edge.pk, film.pk]
    assert programme_categories() == {kind.pk: ("Film", "Фильм", "", "", "", "")}


# --- accounts and sessions ---


def test_account() -> None:
    operator = make_operator(time_zone="Europe/Rome")
    centre, channel = make_data_centre(operator=operator), make_channel(operator=operator)
    account = make_account(
        operator=operator,
        is_active=False,
        status_reason="DEBT",
        activates_on=date(2027, 1, 1),
        deactivates_on=date(2027, 7, 1),
        data_centre=centre,
        use_timeshift=True,
        timeshift_minutes=120,
        country="it",
    )
    sibling = make_account(customer=account.customer)
    AccountChannel.objects.create(account=account, channel=channel, is_favourite=True, sort=3)
    own = make_subscription(account=account, starts_at=at(-5), ends_at=at(5))
    shared = make_subscription(customer=account.customer)
    of_sibling = make_subscription(account=sibling)
    make_subscription(account=account, ends_at=at(0))
    holders: dict[int, int] = {}
    first, second = account_views(now=NOW, holders=holders)
    assert first == AccountView(
        id=account.pk,
        operator_id=operator.pk,
        number=account.number,
        is_active=False,
        status_reason="DEBT",
        active_from=int(datetime(2026, 12, 31, 23, tzinfo=UTC).timestamp()),
        active_until=int(datetime(2027, 6, 30, 22, tzinfo=UTC).timestamp()),
        holdings=(
            HoldingView(shared.tariff_id, 0, None),
            HoldingView(own.tariff_id, NOW - 5, NOW + 5),
        ),
        personal={channel.pk: PersonalChannel(is_favourite=True, sort=3)},
        data_centre_id=centre.pk,
        timeshift_minutes=120,
        country="IT",
        password_stamp=first.password_stamp,
    )
    assert [h.tariff_id for h in second.holdings] == [shared.tariff_id, of_sibling.tariff_id]
    assert (second.timeshift_minutes, second.active_from, second.active_until) == (0, None, None)
    assert holders == {own.pk: account.pk, shared.pk: -account.customer_id, of_sibling.pk: sibling.pk}
    assert list(account_views([account.pk, 10**9], now=NOW)) == [first]
    assert list(account_views([], now=NOW)) == []


def test_password_stamp_changes_with_the_password_and_gives_nothing_away() -> None:
    account = make_account()
    before = next(account_views(now=NOW)).password_stamp
    assert len(before) == 16
    assert before not in account.password
    account.password += "x"
    account.save()
    assert next(account_views(now=NOW)).password_stamp != before
    account.password = ""
    account.save()
    assert next(account_views(now=NOW)).password_stamp == ""


def test_accounts_are_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.playback.queries.accounts.CHUNK", 2)
    operator = make_operator()
    accounts = [make_account(operator=operator) for _ in range(5)]
    for account in accounts:
        make_subscription(account=account)
    expected = [(a.pk, 1) for a in accounts]
    assert [(v.id, len(v.holdings)) for v in account_views(now=NOW)] == expected
    assert [(v.id, len(v.holdings)) for v in account_views([a.pk for a in accounts], now=NOW)] == expected


def test_sessions() -> None:
    device = make_device(uid="u1", device_type=make_device_type(system_name="mag"), is_basic=True, is_enabled=False)
    session, token = make_session(device=device, address="192.0.2.1", created_at=at(-9), last_seen_at=at(-1))
    loose, _ = make_session(account=device.account, device_uid="u2")
    views = dict(session_views())
    assert views[session.pk] == SessionView(
        token_digest=digest_of(token),
        account_id=device.account_id,
        device_id=device.pk,
        device_uid="u1",
        device_type="mag",
        is_basic=True,
        address="192.0.2.1",
        created=NOW - 9,
        last_seen=NOW - 1,
        device_is_enabled=False,
    )
    assert (views[loose.pk].device_id, views[loose.pk].device_type, views[loose.pk].device_is_enabled) == (
        None,
        "",
        True,
    )
    assert dict(session_views([loose.pk])) == {loose.pk: views[loose.pk]}
    assert dict(session_views([], device_ids=[device.pk])) == {session.pk: views[session.pk]}

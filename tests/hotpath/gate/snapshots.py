"""One fixed snapshot of two operators, which everything about the gate is tested with.

It is 20:00:00 on 21 November 2026, UTC (21:00 in Rome, where both operators are). Operator 1 has English and Russian
names; account 501 (number 10001) holds the basic tariff and the sports tariff, 502 the basic one alone, 503 is out of
service, 504 has thoughts of its own about channels. Operator 2 has one channel and account 601, numbered 10001 too.
"""

from dataclasses import replace

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.delivery.ports import ServerConfig
from headend.kernel.tokens import digest_of
from headend.playback.ports import (
    AccountView,
    CategoryView,
    ChannelView,
    ChildView,
    DeviceTypeView,
    HbbView,
    HoldingView,
    Lineup,
    OperatorView,
    PersonalChannel,
    ProgrammeView,
    ServerView,
    TariffOffer,
    Update,
)
from headend.playback.rules import ChannelTerms, TariffTerms
from headend.subscribers.rules import SessionView

NOW = 1_795_291_200
DAY, HOUR = 86_400, 3_600
PUBLIC_URL = "http://tv.example.net"
KEY, KEY_2 = "key of operator 1", "key of operator 2"

BASIC, SPORTS, OF_THE_OTHER = 1, 2, 9
NEWS, SPORT, ADULT, DIRECT, DISABLED, OTHER = 11, 12, 13, 14, 15, 21


def token(name: str) -> str:
    """A session token that says whose it is, as long as real ones."""
    return name.ljust(32, "_")


ANDROID, MAG, BASIC_ONLY, EXPIRED, PERSONAL, FOREIGN = (
    token(name) for name in ("android", "mag", "basic_only", "expired", "personal", "foreign")
)
DEVICE_TYPES = {
    "android": DeviceTypeView("android", 2, "json", True, False, {"template": "impuls", "show_archive": 0}),
    "mag": DeviceTypeView("mag", 0, "xml", True, True, {"login_text": "Welcome & enjoy", "portal_config": {"a b": 1}}),
    "tvip": DeviceTypeView("tvip", 0, "json", False, True, {}),
}


CHILDREN = (
    ChildView(31, "Isola TV", "/media/isola.png", "key of operator 31", 4711, "https://isola.example", 731),
    ChildView(32, "Valle TV", "", "key of operator 32", 0, "", 0),
)


def operator(number: int = 1, key: str = KEY) -> OperatorView:
    return OperatorView(
        id=number,
        name=f"Operator {number}",
        is_active=True,
        key_digests=frozenset([digest_of(key)]),
        languages=("en", "ru"),
        time_zone="Europe/Rome",
        currency="EUR",
        uid=f"7{number}",
        uses_subscriptions=True,
        has_children=False,
        portal_url="https://portal.example.net/start",
        device_types=DEVICE_TYPES,
        children=CHILDREN if number == 1 else (),
    )


def channel(number: int, name: str, **changes: object) -> ChannelView:
    view = ChannelView(
        id=number,
        names=(name, ""),
        terms=ChannelTerms(number, archive_seconds=7 * DAY),
        sort=number,
        lcn=number - 10,
        category_id=1,
        extra_category_ids=(),
        icon_url=f"/media/logos/{number}.png",
        show_in_all=True,
        guide_channel_id=None,
        guide_shift_minutes=0,
        guide_id="",
        stream_url="",
        stream_id="",
        url_prefix="",
        multicast_address="",
        recording_days=7,
        pause_live_seconds=0,
        catchup={},
        http_headers={},
        is_drm=False,
        aspect_ratio=0,
        options=("", "", ""),
        telemetry={},
        meta={},
    )
    return replace(view, **changes)  # type: ignore[arg-type]


CHANNELS = (
    channel(
        NEWS,
        "News & Weather",
        names=("News & Weather", "Новости"),
        guide_channel_id=101,
        guide_id="news.example",
        options=("one", "two", "three"),
        telemetry={"telemeter": "0", "account_name": "tel", "vc_id": "5"},
        extra_category_ids=(2,),
        stream_id="news",
        pause_live_seconds=3600,
        hbb=(HbbView(1, 3, "a key for televisions", "hbb-news"),),
        has_ads=True,
        meta={"rating": 5, "list": {"guide_name": "of no interest"}},
    ),
    channel(
        SPORT,
        "Sport",
        category_id=2,
        guide_channel_id=102,
        guide_shift_minutes=60,
        multicast_address="udp://239.0.0.12:1234",
        url_prefix="hd",
    ),
    channel(ADULT, "Late <Night>", terms=ChannelTerms(ADULT, needs_parent_code=True), recording_days=0),
    channel(
        DIRECT,
        "Direct",
        category_id=None,
        icon_url="https://logos.example/direct.png",
        stream_url="http://far.example/direct/index.m3u8",
        catchup={"mode": "append", "source": "?from=${start}&to={utcend}"},
        http_headers={"User-Agent": "box"},
        is_drm=True,
    ),
    channel(DISABLED, "Disabled", terms=ChannelTerms(DISABLED, is_enabled=False)),
)
CATEGORIES = (
    CategoryView(1, ("General", "Общие"), 1, "#112233", "Everything", "/media/c1.png"),
    CategoryView(2, ("Sports", ""), 2),
    CategoryView(3, ("Empty", ""), 3),
)
TARIFFS = {
    BASIC: TariffTerms(BASIC, frozenset([NEWS, ADULT, DIRECT, DISABLED]), is_basic=True, additional_sessions=1),
    SPORTS: TariffTerms(SPORTS, frozenset([SPORT]), additional_sessions=0, basic_sessions=0),
}


def server(number: int, **changes: object) -> ServerView:
    mask = f"http://edge{number}.example/$prefix/$cid/index.m3u8?token=$token"
    archive = f"http://edge{number}.example/$prefix/$cid/$flpbt-$flpdur.m3u8?token=$token"
    view = ServerView(
        id=number,
        server=STREAMING_SERVERS["mask"](ServerConfig(mask=mask, archive_mask=archive)),
        gives_live=True,
        gives_archive=True,
        channels=None,
        tariffs=None,
        data_centre_id=None,
        timeshift_minutes=0,
        archive_seconds=0,
        bind_token_to_address=False,
        is_available=True,
    )
    return replace(view, **changes)  # type: ignore[arg-type]


OFFERS = (
    TariffOffer(BASIC, ("Basic", "Базовый"), "All that counts", 1, "9.90", "/media/basic.png", {"colour": "red"}),
    TariffOffer(SPORTS, ("Sports", ""), "", 1, "4.50", "", {}),
)
LINEUP = Lineup(
    1, CHANNELS, CATEGORIES, (server(1), server(2)), TARIFFS, {5: (DIRECT, NEWS)}, {5: "By taste"}, offers=OFFERS
)
LINEUP_2 = Lineup(
    2, (channel(OTHER, "Other"),), CATEGORIES, (server(3),), {OF_THE_OTHER: TariffTerms(OF_THE_OTHER, None)}
)


def programme(number: int, start: int, minutes: int = 60, **changes: object) -> ProgrammeView:
    view = ProgrammeView(number, start, start + minutes * 60, f"Programme {number}", 0, 0, "{}")
    return replace(view, **changes)  # type: ignore[arg-type]


_DETAILS = (
    '{"subtitle":"Evening","description":"What <happened> today","descriptions":{"ru":"Что случилось"},'
    '"titles":{"ru":"Вести"},"icons":["/media/p.jpg","http://x.example/2.jpg"],"categories":["News"],'
    '"credits":{"actors":["Anna"],"directors":["Bruno"]},"date":"20260101","countries":["IT"]}'
)
_PREMIERE = (
    '{"premiere":"yes","stars":{"IMDB":"7.5/10"},"language":"en","titles":{"ru":"Новый фильм"},'
    '"original_language":"ru","categories":["Film","News"],"icons":["/media/film.jpg"]}'
)
_RECORDED = '{"subtitle":"Morning","description":"What happened","categories":["News"],"icons":["/media/y.jpg"]}'
GUIDES = {
    101: (
        programme(1001, NOW - DAY, title="Yesterday's News", category_id=4, details=_RECORDED),
        programme(1002, NOW - HOUR),
        programme(1003, NOW - 600, 30, title="The News", category_id=4, age=12, details=_DETAILS),
        programme(1004, NOW + 1200, 60, details='{"categories":["Weather"]}'),
        programme(1005, NOW + 2 * HOUR, title="A new film", category_id=5, details=_PREMIERE),
        programme(1006, NOW + DAY),
    ),
    102: tuple(programme(2000 + place, NOW + (place - 3) * HOUR) for place in range(6)),
    103: (programme(3001, NOW - HOUR, 120),),
}


def account(id_: int, /, *tariffs: int, **changes: object) -> AccountView:
    view = AccountView(
        id=id_,
        operator_id=1,
        number=10_000 + id_ - 500,
        is_active=True,
        status_reason="ACTIVE",
        active_until=None,
        holdings=tuple(HoldingView(tariff, 0, None) for tariff in tariffs),
        personal={},
        password_stamp=f"stamp{id_}",
    )
    return replace(view, **changes)  # type: ignore[arg-type]


ACCOUNTS = (
    account(501, BASIC, SPORTS),
    account(502, BASIC),
    account(503, BASIC, active_until=NOW - 1),
    account(
        504,
        BASIC,
        SPORTS,
        personal={
            NEWS: PersonalChannel(is_hidden=True, sort=2),
            SPORT: PersonalChannel(is_favourite=True, needs_parent_code=True, sort=1),
        },
    ),
    account(601, OF_THE_OTHER, operator_id=2, number=10_001),
)


def session(token_: str, account_id: int, **changes: object) -> SessionView:
    uid = token_.rstrip("_")
    view = SessionView(digest_of(token_), account_id, 1, uid, "android", False, "", NOW - HOUR, NOW - HOUR)
    return replace(view, **changes)  # type: ignore[arg-type]


SESSIONS = (
    session(ANDROID, 501),
    session(MAG, 501, device_type="mag", is_basic=True),
    session(BASIC_ONLY, 502),
    session(EXPIRED, 503),
    session(PERSONAL, 504),
    session(FOREIGN, 601),
)

SNAPSHOT = Update(
    change=100,
    is_complete=True,
    operators=(operator(), operator(2, KEY_2)),
    lineups=(LINEUP, LINEUP_2),
    guides=GUIDES,
    programme_categories={5: ("Film", "", "", "", "", ""), 4: ("News", "Новости", "", "", "", "")},
    accounts=ACCOUNTS,
    sessions=SESSIONS,
)

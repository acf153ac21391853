"""What every streaming server keeps, whatever its product."""

from urllib.parse import urlsplit

import pytest
from tests.ports.streaming_servers.cases import CASES, FILM, NOW, OPEN_PERIOD, PERIOD, REQUEST
from tests.ports.streaming_servers.fake import FakeServer

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.delivery.errors import MaskRefused, MaskValueRefused, NoArchive, NoFiles, NoLive, ServerConfigRefused
from headend.delivery.models import ServerKind
from headend.delivery.ports import Period, ServerConfig

FACTORIES = {**STREAMING_SERVERS, "fake": FakeServer}


@pytest.fixture(params=CASES, ids=str)
def case(request):
    return request.param


@pytest.fixture
def server(case):
    return FACTORIES[case.kind](case.config)


def test_every_kind_that_can_be_stored_can_be_made_and_is_under_the_contract():
    assert set(STREAMING_SERVERS) == set(ServerKind.values)
    assert {case.kind for case in CASES} == set(FACTORIES)


def test_live_addresses_are_as_recorded(case, server):
    assert server.live_address(REQUEST) == case.live


def test_archive_addresses_are_as_recorded(case, server):
    if case.archive is None:
        with pytest.raises(NoArchive):
            server.archive_address(REQUEST, PERIOD)
    else:
        assert server.archive_address(REQUEST, PERIOD) == case.archive
        assert server.archive_address(REQUEST, OPEN_PERIOD) == case.running


def test_addresses_of_files_are_as_recorded(case, server):
    if case.vod is None:
        with pytest.raises(NoFiles):
            server.vod_address(REQUEST, FILM)
    else:
        assert server.vod_address(REQUEST, FILM) == case.vod


@pytest.mark.parametrize("file", [".", ".."])
@pytest.mark.parametrize("case", [case for case in CASES if case.vod], ids=str)
def test_a_file_that_would_leave_its_folder_is_refused(case, file):
    with pytest.raises(MaskValueRefused):
        FACTORIES[case.kind](case.config).vod_address(REQUEST._replace(stream_id=file), FILM)


def test_a_path_that_would_leave_the_folder_is_refused():
    server = STREAMING_SERVERS["flussonic"](ServerConfig("http://h/vod"))
    with pytest.raises(MaskValueRefused) as refused:
        server.vod_address(REQUEST._replace(stream_id="films/../../etc/passwd"), FILM)
    assert refused.value.place == "file"


@pytest.mark.parametrize(
    "file", ["a b.mp4", "x?y=1&token=2#z", "//evil.example/a", "http://evil.example/", "%2e%2e", "\n"]
)
def test_a_hostile_file_stays_in_its_place(case, server, file):
    if case.vod is None:
        return
    usual, hostile = (urlsplit(server.vod_address(REQUEST._replace(stream_id=each), FILM)) for each in ("12", file))
    assert (hostile.scheme, hostile.netloc, hostile.fragment) == (usual.scheme, usual.netloc, "")
    assert "//" not in hostile.path
    assert hostile.query.count("&") == usual.query.count("&")
    assert hostile.path.isascii()


def test_folders_of_a_file_are_folders_of_its_address():
    film = REQUEST._replace(stream_id="/films/2024/the sea.mp4")
    assert STREAMING_SERVERS["flussonic"](ServerConfig("http://h/vod")).vod_address(film, 0) == (
        "http://h/vod/films/2024/the%20sea.mp4/index.m3u8?token=tok~1"
    )
    masked = STREAMING_SERVERS["mask"](ServerConfig(vod_mask="http://h/$file?f=$file&d=$duration"))
    assert masked.vod_address(film, -1) == ("http://h/films/2024/the%20sea.mp4?f=%2Ffilms%2F2024%2Fthe%20sea.mp4&d=0")


def test_a_server_of_files_alone_has_nothing_live():
    server = STREAMING_SERVERS["mask"](ServerConfig(vod_mask="http://h/$file"))
    with pytest.raises(NoLive):
        server.live_address(REQUEST)


def test_catch_up_is_announced_as_recorded(case, server):
    found = server.catch_up(REQUEST, 3)
    assert (found and (found.mode.value, found.source)) == case.catch_up
    assert found is None or found.days == 3
    assert server.catch_up(REQUEST, 0) is None


@pytest.mark.parametrize("case", [case for case in CASES if case.catch_up], ids=str)
def test_what_a_player_makes_of_the_announcement_is_the_archive_address(case):
    server = FACTORIES[case.kind](case.config)
    filled = {
        "${start}": PERIOD.start,
        "${duration}": PERIOD.duration,
        "${end}": PERIOD.start + PERIOD.duration,
        "${now}": NOW,
        "{offset:1}": NOW - PERIOD.start,
    }
    address = server.catch_up(REQUEST, 3).source
    for placeholder, value in filled.items():
        address = address.replace(placeholder, str(value))
    assert address == server.archive_address(REQUEST, PERIOD)


def test_the_same_question_has_the_same_answer_and_another_channel_another(case, server):
    assert server.live_address(REQUEST) == server.live_address(REQUEST)
    assert server.live_address(REQUEST) != server.live_address(REQUEST._replace(stream_id="13"))
    if case.archive:
        assert server.archive_address(REQUEST, PERIOD) != server.archive_address(REQUEST, Period(NOW - 90_000, 1800))


@pytest.mark.parametrize(
    "stream_id", ["a b", "ü", "a/../../b", "x?y=1&token=2#z", "%2e%2e", "$cid${start}", "@h:1", "\n", ""]
)
def test_a_hostile_stream_id_stays_in_its_place(case, server, stream_id):
    usual, hostile = (urlsplit(server.live_address(REQUEST._replace(stream_id=each))) for each in ("12", stream_id))
    assert hostile.scheme == usual.scheme
    assert hostile.path.count("/") == usual.path.count("/")
    assert hostile.query.count("&") == usual.query.count("&")
    assert hostile.fragment == ""
    if "12" not in usual.netloc:
        assert hostile.netloc == usual.netloc
    assert server.live_address(REQUEST._replace(stream_id=stream_id)).isascii()


@pytest.mark.parametrize("stream_id", [".", ".."])
def test_a_stream_id_that_would_leave_its_folder_is_refused(server, stream_id):
    with pytest.raises(MaskValueRefused):
        server.live_address(REQUEST._replace(stream_id=stream_id))


@pytest.mark.parametrize(
    ("kind", "config", "place"),
    [
        ("loop", ServerConfig("http://h"), "secret"),
        ("loop", ServerConfig("", secret="s"), "base_url"),
        ("loop", ServerConfig("h.example", secret="s"), "base_url"),
        ("loop", ServerConfig("http://h/?x=1", secret="s"), "base_url"),
        ("flussonic", ServerConfig("ftp://h"), "base_url"),
        ("flussonic", ServerConfig("http://h/$cid x"), "base_url"),
        ("mask", ServerConfig(mask="http://h/$cid?t=$signed"), "secret"),
        ("nginx_secure_link", ServerConfig(mask="http://h/$cid/i.m3u8"), "secret"),
        ("nginx_secure_link", ServerConfig(mask="http://h/$link/$prefix/$cid/i.m3u8", secret="s"), "mask"),
        (
            "nginx_secure_link",
            ServerConfig(mask="http://h/$link/$cid/i", archive_mask="http://h/$cid", secret="s"),
            "archive_mask",
        ),
        (
            "nginx_secure_link",
            ServerConfig(mask="http://h/$cid", archive_mask="http://h/$link/$cid/", secret="s"),
            "archive_mask",
        ),
        ("nginx_secure_link", ServerConfig(vod_mask="http://h/$file/$link", secret="s"), "vod_mask"),
    ],
)
def test_a_configuration_that_cannot_work_is_refused_by_its_field(kind, config, place):
    with pytest.raises(ServerConfigRefused) as refused:
        STREAMING_SERVERS[kind](config)
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("kind", "config", "place"),
    [
        ("mask", ServerConfig(mask=""), "mask, column 1"),
        ("mask", ServerConfig(mask="http://h/$chid"), "mask, column 10"),
        ("mask", ServerConfig(mask="http://h/", archive_mask="http://h/$cid-$start"), "archive_mask, column 15"),
        ("flussonic", ServerConfig("http://h", mask="$nope.m3u8"), "mask, column 1"),
        ("flussonic", ServerConfig("http://h", archive_mask="a-$link"), "archive_mask, column 3"),
        ("nginx_secure_link", ServerConfig(mask="http://h/$flpbt", secret="s"), "mask, column 10"),
        ("mask", ServerConfig(vod_mask="http://h/$cid"), "vod_mask, column 10"),
        ("flussonic", ServerConfig("http://h", vod_mask="$nope"), "vod_mask, column 1"),
    ],
)
def test_a_bad_mask_is_refused_by_its_field_and_column(kind, config, place):
    with pytest.raises(MaskRefused) as refused:
        STREAMING_SERVERS[kind](config)
    assert refused.value.place == place


def test_a_dollar_in_the_base_address_is_no_variable():
    server = STREAMING_SERVERS["flussonic"](ServerConfig("http://h/$cid"))
    assert server.live_address(REQUEST._replace(token="")) == "http://h/$cid/12/index.m3u8"


def test_an_address_bound_to_an_unknown_device_address_is_refused():
    config = ServerConfig("http://h", secret="s", bind_to_address=True)
    with pytest.raises(MaskValueRefused) as refused:
        STREAMING_SERVERS["loop"](config).live_address(REQUEST._replace(device_ip=None))
    assert refused.value.place == "ip"


def test_a_prefix_becomes_folders_of_flussonic():
    server = STREAMING_SERVERS["flussonic"](ServerConfig("http://h"))
    assert server.live_address(REQUEST._replace(prefix="sport/hd")) == "http://h/sport/hd/12/index.m3u8?token=tok~1"

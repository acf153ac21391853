"""The origin's answers: what it plays, to whom, and what it refuses."""

import asyncio
import os
import re
import shutil
from urllib.parse import unquote, urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.hotpath.origin.conftest import make_loop

from headend.adapters.streaming_servers.loop import LoopServer
from headend.delivery.ports import LOOP_MANIFEST, Period, ServerConfig, StreamRequest
from headend.delivery.rules import StreamToken, TokenKey, sign_stream_token
from headend.hotpath.origin.answers import Refused, byte_range
from headend.hotpath.origin.app import Origin, take_apart
from headend.hotpath.origin.library import Library
from headend.hotpath.origin.playlists import MOST_KEPT
from headend.kernel.errors import Invalid

SECRET = "the origin's secret"
NOW = 1_790_000_001  # odd: one second into a segment of two
CORS = {"access-control-allow-origin": "*", "access-control-expose-headers": "content-length, content-range, etag"}


class Player:
    """Asks an origin as a device at 127.0.0.1 does, at a moment that the test sets."""

    def __init__(self, directory, now=NOW):
        self.now = now
        self.origin = Origin(directory, SECRET, clock=lambda: self.now)

    def token(self, stream_id="alpha", expires_at=NOW + 3600, address="", secret=SECRET):
        return sign_stream_token(StreamToken(stream_id, 7, "device-1", expires_at, address), TokenKey(secret))

    def get(self, path, method="GET", **headers):
        """Answer (status, headers, body) for a path; header names with _ for -."""
        sent = []

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": unquote(path),
            "client": ("127.0.0.1", 40000),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        asyncio.run(self.origin(scope, None, send))
        start, body = sent
        return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, body["body"]

    def open(self, file, stream_id="alpha", **more):
        return self.get(f"/{self.token(stream_id)}/{stream_id}/{file}", **more)


@pytest.fixture
def player(loops):
    return Player(loops)


def numbers(body):
    return [int(number) for number in re.findall(rb"^[0-9a-f]+-(\d+)\.ts$", body, re.MULTILINE)]


def test_the_live_master_names_both_renditions(player):
    status, headers, body = player.open("index.m3u8")
    assert status == 200
    assert headers == CORS | {
        "content-type": "application/vnd.apple.mpegurl",
        "cache-control": "no-cache",
        "content-length": str(len(body)),
    }
    assert re.findall(rb"^[^#].*$", body, re.MULTILINE) == [b"360p/index.m3u8", b"180p/index.m3u8"]


def test_the_live_window_moves_with_the_clock(player):
    newest = (NOW - 1) // 2 - 1
    assert numbers(player.open("360p/index.m3u8")[2]) == list(range(newest - 14, newest + 1))
    player.now += 0.999
    assert numbers(player.open("360p/index.m3u8")[2])[-1] == newest
    player.now += 0.001
    assert numbers(player.open("180p/index.m3u8")[2]) == list(range(newest - 13, newest + 2))


def test_a_shifted_stream_is_the_live_one_of_then(player):
    then = player.open("360p/timeshift_rel-3600.m3u8")[2]
    player.now -= 3600
    assert player.open("360p/index.m3u8")[2] == then


def test_every_address_of_a_playlist_leads_to_its_segment_and_keeps_the_token(player):
    base = f"/{player.token()}/alpha/archive-{NOW - 86401}-8.m3u8"
    rendition = urljoin(base, player.get(base)[2].decode().splitlines()[-1])
    segments = re.findall(r"^[^#].*$", player.get(rendition)[2].decode(), re.MULTILINE)
    first = (NOW - 86401) // 2
    assert [player.get(urljoin(rendition, each))[2] for each in segments] == [
        f"alpha 180p {number % 3}".encode() for number in range(first, first + 4)
    ]


def test_a_past_period_may_be_kept_and_a_running_one_may_not(player):
    assert player.open(f"360p/archive-{NOW - 100}-60.m3u8")[1]["cache-control"] == "max-age=86400"
    for file in (f"archive-{NOW - 100}-200.m3u8", f"archive-{NOW - 100}-now.m3u8"):
        status, headers, body = player.open(f"360p/{file}")
        assert (status, headers["cache-control"]) == (200, "no-cache")
        assert b"#EXT-X-PLAYLIST-TYPE:EVENT\n" in body
        assert b"ENDLIST" not in body


def test_a_film_is_the_loop_from_its_beginning(player):
    status, headers, body = player.open("360p/film-0.m3u8")
    assert (status, numbers(body), headers["cache-control"]) == (200, [0, 1, 2], "max-age=86400")
    assert numbers(player.open("360p/film-9.m3u8")[2]) == [0, 1, 2, 3, 4]
    assert b"#EXT-X-PLAYLIST-TYPE:VOD\n" in body
    assert body.endswith(b"#EXT-X-ENDLIST\n")
    assert b"PROGRAM-DATE-TIME" not in body
    assert player.open("360p/abc123-4.ts")[2] == b"alpha 360p 1"
    assert player.open("film-9.m3u8")[2].splitlines()[-1] == b"180p/film-9.m3u8"


def test_a_film_has_an_end(player):
    assert player.open("film-86400.m3u8")[0] == 200
    assert player.open("film-86401.m3u8")[::2] == (400, b"film_too_long\n")
    assert player.open("film-now.m3u8")[0] == 404


def test_start_over_that_begins_now_waits_for_its_first_segment(loops, monkeypatch):
    player = Player(loops, now=NOW + 0.5)
    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        player.now += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    status, _, body = player.open(f"360p/archive-{NOW}-now.m3u8")
    assert (status, numbers(body), slept) == (200, [NOW // 2], [0.5])


def test_a_segment_is_named_for_good(player):
    number = NOW // 2 - 10
    status, headers, body = player.open(f"360p/abc123-{number}.ts")
    assert (status, body) == (200, f"alpha 360p {number % 3}".encode())
    assert headers == CORS | {
        "content-type": "video/mp2t",
        "cache-control": "public, max-age=31536000, immutable",
        "etag": f'"abc123-360p-{number % 3}"',
        "accept-ranges": "bytes",
        "content-length": "12",
    }
    assert player.open(f"360p/abc123-{number}.ts", if_none_match=headers["etag"])[::2] == (304, b"")
    assert player.open(f"360p/abc123-{number}.ts", if_none_match='"old"')[0] == 200


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-4", 206, b"alpha", "bytes 0-4/12"),
        ("bytes=6-", 206, b"360p 2", "bytes 6-11/12"),
        ("bytes=-1", 206, b"2", "bytes 11-11/12"),
        ("bytes=0-999", 206, b"alpha 360p 2", "bytes 0-11/12"),
        ("bytes=12-", 416, b"", "bytes */12"),
        ("bytes=-0", 416, b"", "bytes */12"),
        ("bytes=5-2", 200, b"alpha 360p 2", None),
        ("bytes=0-1,3-4", 200, b"alpha 360p 2", None),
        ("seconds=0-1", 200, b"alpha 360p 2", None),
        ("bytes=-", 200, b"alpha 360p 2", None),
        ("", 200, b"alpha 360p 2", None),
    ],
)
def test_byte_ranges_of_a_segment(player, asked, status, body, content_range):
    found = player.open("360p/abc123-300002.ts", range=asked)
    assert (found[0], found[2], found[1].get("content-range")) == (status, body, content_range)
    assert found[1]["content-length"] == str(len(body))


def test_a_range_of_what_has_changed_since_is_the_whole(player):
    file = "360p/abc123-300002.ts"
    assert player.open(file, range="bytes=0-4", if_range='"abc123-360p-2"')[0] == 206
    assert player.open(file, range="bytes=0-4", if_range='"old"')[::2] == (200, b"alpha 360p 2")


@given(st.text(max_size=30) | st.from_regex(r"bytes=\d*-\d*", fullmatch=True), st.integers(0, 1000))
def test_any_range_header_gives_bytes_that_are_there(header, size):
    match byte_range(header, size):
        case None:
            pass
        case (1, 0):
            assert True
        case (first, last):
            assert 0 <= first <= last < size


def test_head_has_the_headers_and_no_body(player):
    for file in ("index.m3u8", "360p/index.m3u8", "360p/abc123-300002.ts"):
        status, headers, body = player.open(file, method="HEAD", range="bytes=0-1")
        assert (status, body) == (200, b"")
        assert headers == player.open(file)[1]


def test_a_browser_may_ask_from_another_origin(player):
    status, headers, body = player.open("index.m3u8", method="OPTIONS", access_control_request_headers="range")
    assert (status, body) == (204, b"")
    assert headers["access-control-allow-origin"] == "*"
    assert "range" in headers["access-control-allow-headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_nothing_can_be_written(player, method):
    status, headers, body = player.open("index.m3u8", method=method)
    assert (status, headers["allow"], body) == (405, "GET, HEAD, OPTIONS", b"method_not_allowed\n")


@pytest.mark.parametrize(
    "file", ["index.m3u8", "360p/index.m3u8", "360p/archive-1-2.m3u8", "360p/abc123-300002.ts", "nothing"]
)
def test_without_the_right_token_nothing_opens(player, file):
    tokens = {
        "token_malformed": "x",
        "token_forged": player.token(secret="guessed"),
        "token_expired": player.token(expires_at=NOW),
        "token_for_another_stream": player.token("beta"),
        "token_for_another_address": player.token(address="10.0.0.1"),
    }
    for code, token in tokens.items():
        status, headers, body = player.get(f"/{token}/alpha/{file}")
        assert (status, body) == (403, f"{code}\n".encode())
        assert headers == CORS | {
            "content-type": "text/plain; charset=utf-8",
            "cache-control": "no-store",
            "content-length": str(len(body)),
        }


def test_a_token_for_the_players_own_address_opens(player):
    assert player.get(f"/{player.token(address='127.0.0.1')}/alpha/index.m3u8")[0] == 200


@pytest.mark.parametrize(
    ("file", "status", "code"),
    [
        ("360p/archive-1790000000-0.m3u8", 400, "period_empty"),
        (f"360p/archive-{NOW - 86402}-now.m3u8", 400, "period_too_long"),
        ("360p/archive-1000-86401.m3u8", 400, "period_too_long"),
        (f"archive-{NOW + 1}-60.m3u8", 404, "period_not_begun"),
        (f"archive-{NOW + 1}-now.m3u8", 404, "period_not_begun"),
        ("archive-x-60.m3u8", 404, "not_found"),
        ("archive-1--60.m3u8", 404, "not_found"),
        ("archive-٣-60.m3u8", 404, "not_found"),
        (f"archive-{'9' * 12}-60.m3u8", 404, "not_found"),
        ("720p/index.m3u8", 404, "no_such_rendition"),
        ("360p/other.m3u8", 404, "not_found"),
        ("360p/loop.json", 404, "not_found"),
        ("abc123-300002.ts", 404, "not_found"),
        ("360p/def456-300002.ts", 404, "no_such_segment"),
        (f"360p/abc123-{NOW // 2}.ts", 404, "no_such_segment"),
        (f"360p/abc123-{'9' * 13}.ts", 404, "not_found"),
        ("360p/00.ts", 404, "not_found"),
        ("360p/extra/index.m3u8", 404, "not_found"),
        ("360p//index.m3u8", 404, "not_found"),
        ("/index.m3u8", 404, "not_found"),
        ("", 404, "not_found"),
        ("360p/", 404, "not_found"),
    ],
)
def test_what_is_not_there_says_so(player, file, status, code):
    found = player.open(file)
    assert (found[0], found[2]) == (status, f"{code}\n".encode())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/index.m3u8",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/loop.json",
        "/TOKEN/..%2f..%2fetc/passwd",
        "/TOKEN/alpha/..%2floop.json",
        "/TOKEN/alpha/360p/..%2f..%2floop.json",
        "/TOKEN/alpha/../beta/index.m3u8",
        "/TOKEN/alpha/./index.m3u8",
        "/TOKEN/alpha%00/index.m3u8",
        "/TOKEN/alpha/360p/abc123-300002.ts%00",
        "/TOKEN/alpha/index.m3u8%0a",
        "/TOKEN/.lock/index.m3u8",
        "/TOKEN/%FF%FE/index.m3u8",
        "/" + "a" * 9000,
    ],
)
def test_path_tricks_lead_nowhere(player, path):
    status, _, body = player.get(path.replace("TOKEN", player.token()))
    assert status in (403, 404)
    assert re.fullmatch(rb"[a-z_]+\n", body)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("///")
@example("////")
def test_a_path_is_taken_apart_or_refused(path):
    try:
        asked = take_apart(path)
    except Refused as refused:
        found = refused.status
    else:
        rendition = [asked.rendition] if asked.rendition else []
        found = "/".join(["", asked.token, asked.stream_id, *rendition, asked.file])
    assert found in (404, path)


def test_a_number_goes_round_the_loops_and_a_name_is_its_own(player):
    played = {}
    for stream_id in ("alpha", "beta", "1", "2", "3", "1000", "999999999999999999"):
        body = player.open("360p/index.m3u8", stream_id=stream_id)[2]
        played[stream_id] = "alpha" if b"abc123-" in body else "beta"
    assert played == {
        "alpha": "alpha",
        "beta": "beta",
        "1": "alpha",
        "2": "beta",
        "3": "alpha",
        "1000": "beta",
        "999999999999999999": "alpha",
    }
    for stream_id in ("gamma", "²", "-1", "1.0", "loop.json", ""):
        assert player.open("index.m3u8", stream_id=stream_id)[::2] == (404, b"no_such_stream\n")


def test_without_loops_it_asks_for_patience_and_finds_them_when_they_come(tmp_path):
    player = Player(tmp_path / "not yet")
    status, headers, body = player.open("index.m3u8")
    assert (status, headers["retry-after"], body) == (503, "5", b"no_loops\n")
    make_loop(tmp_path / "not yet", "alpha")
    assert player.open("index.m3u8")[0] == 200


def test_loops_that_are_added_or_made_anew_are_noticed_within_a_second(loops):
    clock = 0.0
    library = Library(loops, monotonic=lambda: clock)
    assert library.loop_of("3").manifest.name == "alpha"
    make_loop(loops, "gamma")
    shutil.rmtree(loops / "alpha")
    os.utime(loops, ns=(0, 0))
    clock = 0.9
    assert library.loop_of("gamma") is None
    clock = 1.0
    assert library.loop_of("gamma").manifest.name == "gamma"
    assert library.loop_of("alpha") is None


def test_an_unfinished_or_broken_loop_is_left_out(loops, caplog):
    (loops / "zeta").mkdir()
    make_loop(loops, ".unfinished-x")
    make_loop(loops, "broken")
    (loops / "broken" / LOOP_MANIFEST).write_text('{"name": "broken", "durations": [0]')
    player = Player(loops)
    assert [player.open("index.m3u8", stream_id=name)[0] for name in ("zeta", ".unfinished-x", "broken")] == [404] * 3
    assert player.open("index.m3u8", stream_id="beta")[0] == 200
    assert [record.message.split(":")[0] for record in caplog.records] == ["loop left out"]


def test_a_segment_that_has_gone_is_not_found(loops, player):
    (loops / "alpha" / "360p" / "01.ts").unlink()
    assert player.open("360p/abc123-300001.ts")[::2] == (404, b"no_such_segment\n")


def test_an_origin_without_a_secret_does_not_start(loops):
    with pytest.raises(Invalid):
        Origin(loops, "")


def test_it_answers_below_the_path_it_is_mounted_at(loops):
    player = Player(loops)
    sent = []

    async def send(message):
        sent.append(message)

    path = f"/origin/{player.token()}/alpha/index.m3u8"
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "/origin", "client": None, "headers": []}
    asyncio.run(player.origin(scope, None, send))
    assert sent[0]["status"] == 200


def test_the_address_that_the_adapter_gives_is_one_that_the_origin_opens(player):
    server = LoopServer(ServerConfig("http://h/", secret=SECRET, bind_to_address=True))
    request = StreamRequest("alpha", 7, NOW, device_ip="127.0.0.1")
    addresses = [
        server.live_address(request),
        server.archive_address(request, Period(NOW - 86400, 60)),
        server.archive_address(request, Period(NOW - 60)),
        server.catch_up(request, 3).source.replace("${start}", str(NOW - 7200)).replace("${duration}", "3000"),
    ]
    assert [player.get(address.removeprefix("http://h"))[0] for address in addresses] == [200] * 4


# --- long playlists ---


def scope_of(player, file, stream_id="alpha"):
    path = f"/{player.token(stream_id)}/{stream_id}/{file}"
    return {"type": "http", "method": "GET", "path": path, "client": ("127.0.0.1", 1), "headers": []}


async def body_of(player, file):
    sent = []

    async def send(message):
        sent.append(message)

    await player.origin(scope_of(player, file), None, send)
    return sent[1]["body"]


@pytest.mark.parametrize("file", [f"360p/archive-{NOW - 86401}-86400.m3u8", f"360p/archive-{NOW - 80000}-now.m3u8"])
def test_others_are_answered_while_a_long_playlist_is_written(player, file):
    async def ask():
        long = asyncio.create_task(body_of(player, file))
        await asyncio.sleep(0)  # it has begun
        others = [await body_of(player, each) for each in ("index.m3u8", f"360p/abc123-{NOW // 2 - 9}.ts")]
        assert not long.done()
        return others, await long

    others, long = asyncio.run(ask())
    assert all(others)
    assert len(numbers(long)) >= 40000


def test_who_asks_for_a_playlist_that_is_being_written_waits_for_that_one(player):
    file = f"360p/archive-{NOW - 86401}-86400.m3u8"

    async def ask():
        first, second, third = (asyncio.create_task(body_of(player, file)) for _ in range(3))
        await asyncio.sleep(0)
        first.cancel()
        return await second, await third, await body_of(player, file)

    second, third, later = asyncio.run(ask())
    assert second is third is later


def test_of_many_playlists_the_latest_are_kept(player):
    def ask(start):
        return player.open(f"360p/archive-{start}-60.m3u8")[2]

    starts = [NOW - 9000 + 60 * number for number in range(MOST_KEPT)]
    first = [ask(start) for start in starts]
    assert all(ask(start) is body for start, body in zip(starts, first, strict=True))
    ask(NOW - 3600)
    assert ask(starts[1]) is first[1]
    assert ask(starts[0]) is not first[0]

"""Playlists and guides of an account, read back as players read them, and what their addresses lead to."""

import gzip
import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.hotpath.gate.callers import Got, House
from tests.hotpath.gate.snapshots import (
    ANDROID,
    BASIC,
    DAY,
    DIRECT,
    EXPIRED,
    LINEUP,
    NEWS,
    NOW,
    PUBLIC_URL,
    SPORT,
    SPORTS,
    account,
    channel,
)

from headend.adapters.channel_lists.m3u import read_m3u
from headend.catalog.ports import EntryDraft
from headend.playback.ports import PersonalChannel, Update

WHO = {"username": 10_001, "password": "p/w ü"}


@pytest.fixture
def house(house: House) -> House:
    house.records.passwords = {(1, 10_001, "p/w ü"): 501, (1, 10_002, "plain"): 502}
    return house


def entries(body: bytes) -> list[EntryDraft]:
    return [each for each in read_m3u(BytesIO(body)) if isinstance(each, EntryDraft)]


def follow(house: House, url: str, **params: Any) -> Got:
    assert url.startswith(PUBLIC_URL)
    path, _, query = url.removeprefix(PUBLIC_URL).partition("?")
    more = "&".join(f"{name}={value}" for name, value in params.items())
    return house.ask("GET", path, "&".join(filter(None, (query, more))))


def test_a_playlist_read_back(house: House) -> None:
    got = house.get("/get.php", **WHO, type="m3u_plus", output="hls")
    assert got.headers["content-type"] == "audio/x-mpegurl"
    assert got.headers["content-disposition"] == 'attachment; filename="tv_channels_10001_plus.m3u"'
    news, sport, direct = entries(got.body)
    assert (news.name, news.number, news.guide_id, news.groups) == (
        "News & Weather",
        1,
        "news.example",
        ("General", "Sports"),
    )
    assert (news.logo, news.archive_days) == (f"{PUBLIC_URL}/media/logos/11.png", 7)
    assert news.catchup["mode"] == "default"
    assert (sport.guide_id, direct.headers) == ("12", {"User-Agent": "box"})
    assert "Late" not in got.body.decode()  # behind the parental code, which a player cannot ask for


def test_every_entry_leads_to_its_stream(house: House) -> None:
    news, sport, direct = entries(house.get("/get.php", **WHO).body)
    address = follow(house, news.url).headers["location"]
    assert re.fullmatch(r"http://edge1.example/news/index.m3u8\?token=[\w-]+", address)
    assert follow(house, sport.url).headers["location"].startswith("http://edge1.example/hd/12/index.m3u8")
    assert follow(house, direct.url).headers["location"] == "http://far.example/direct/index.m3u8"


def test_the_archive_as_a_player_asks_for_it(house: House) -> None:
    news = entries(house.get("/get.php", **WHO).body)[0]
    start = NOW - DAY
    asked = (
        news.catchup["source"]
        .replace("${start}", str(start))
        .replace("${timestamp}", str(NOW))
        .replace("${duration}", "3000")
    )
    assert follow(house, asked).headers["location"].startswith(f"http://edge1.example/news/{start}-3000.m3u8")
    # a player that knows no templates appends these two
    got = follow(house, news.url, utc=start, lutc=NOW)
    assert got.headers["location"].startswith(f"http://edge1.example/news/{start}-3600.m3u8")
    # what is still on runs on
    got = follow(house, news.url, utc=NOW - 600, dur=1800)
    assert got.headers["location"].startswith(f"http://edge1.example/news/{NOW - 600}-now.m3u8")


@pytest.mark.parametrize(
    ("params", "status", "reason"),
    [
        ({"utc": "x"}, 400, b"bad_parameter\n"),
        ({"utc": NOW - 60, "dur": 0}, 400, b"bad_parameter\n"),
        ({"utc": NOW - 60, "dur": 86_401}, 400, b"bad_parameter\n"),
        ({"utc": NOW + 60}, 403, b"not_yet\n"),
        ({"utc": NOW - 8 * DAY}, 403, b"too_old\n"),
    ],
)
def test_what_of_the_archive_is_refused(house: House, params: dict[str, Any], status: int, reason: bytes) -> None:
    got = follow(house, entries(house.get("/get.php", **WHO).body)[0].url, **params)
    assert (got.status, got.body) == (status, reason)


def test_plain_playlists(house: House) -> None:
    got = house.get("/get.php", **WHO, type="m3u")
    assert got.headers["content-disposition"] == 'attachment; filename="tv_channels_10001.m3u"'
    assert re.sub(rb"/play/[\w-]+/", b"/play/T/", got.body) == (
        b"#EXTM3U\n#EXTINF:-1,News & Weather\nhttp://tv.example.net/play/T/11.m3u8\n"
        b"#EXTINF:-1,Sport\nhttp://tv.example.net/play/T/12.m3u8\n"
        b"#EXTINF:-1,Direct\nhttp://tv.example.net/play/T/14.m3u8\n"
    )
    assert b"EXTINF" not in house.get("/get.php", **WHO, key="movie,series").body
    assert len(entries(house.get("/get.php", **WHO, key="live,movie").body)) == 3
    assert house.get("/get.php", **WHO, type="enigma").status == 400


def test_other_ways_to_the_same_playlist(house: House) -> None:
    body = house.get("/get.php", **WHO).body
    who = {"username": 10_002, "password": "plain"}
    assert house.get("/playlist/10002/plain").body == house.get("/get.php", **who).body
    assert house.get("/playlist/10002/plain/m3u").body == house.get("/get.php", **who, type="m3u").body
    assert house.ask("POST", "/get.php", body=b"username=10001&password=p%2Fw+%C3%BC").body == body
    token = entries(body)[0].url.split("/")[4]
    assert house.get(f"/playlist/{token}.m3u8").body == body
    by_session = house.get(f"/playlist/{ANDROID}.m3u8").body
    assert by_session.replace(ANDROID.encode(), token.encode()) == body
    assert follow(house, entries(by_session)[0].url).status == 302


def test_languages_order_and_hidden_channels(house: House) -> None:
    personal = {NEWS: PersonalChannel(sort=2), SPORT: PersonalChannel(sort=1), DIRECT: PersonalChannel(is_hidden=True)}
    house.gate.apply(Update(101, accounts=(account(501, BASIC, SPORTS, personal=personal),)))
    assert [each.name for each in entries(house.get("/get.php", **WHO, lang="ru").body)] == ["Sport", "Новости"]
    locked = {NEWS: PersonalChannel(needs_parent_code=True)}
    house.gate.apply(Update(102, accounts=(account(501, BASIC, personal=locked),)))
    found = entries(house.get("/get.php", **WHO).body)
    assert [each.name for each in found] == ["Direct"]
    assert follow(house, found[0].url.replace("/14.", "/11.")).body == b"parent_code\n"


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({}, 403),
        ({"username": 10_001}, 403),
        ({"username": 10_001, "password": "wrong"}, 403),
        ({"username": "x", "password": "p/w ü"}, 403),
        ({"username": 99_999, "password": "p/w ü"}, 403),
        ({"username": 10_001, "password": "a\x00"}, 400),
    ],
)
def test_who_gets_no_playlist(house: House, params: dict[str, Any], status: int) -> None:
    for path in ("/get.php", "/xmltv.php", "/epg.xml", "/epg.xml.gz"):
        assert house.get(path, **params).status == status


def test_passwords_are_checked_once_and_again_when_they_change(house: House) -> None:
    for _ in range(3):
        assert house.get("/get.php", **WHO).status == 200
    assert len([each for each in house.records.checked if each[0] == 1]) == 1
    url = entries(house.get("/get.php", **WHO).body)[0].url
    house.gate.apply(Update(101, accounts=(account(501, BASIC, password_stamp="new"),)))
    house.records.passwords = {}
    assert house.get("/get.php", **WHO).status == 403
    assert (follow(house, url).status, follow(house, url).body) == (403, b"token_expired\n")


def test_without_the_records_known_passwords_still_open(house: House) -> None:
    assert house.get("/get.php", **WHO).status == 200
    house.records.is_away = True
    assert house.get("/get.php", **WHO).status == 200
    got = house.get("/get.php", username=10_002, password="plain")
    assert (got.status, got.body, got.headers["retry-after"]) == (503, b"records_unavailable\n", "30")


def test_addresses_end_with_the_account(house: House) -> None:
    url = entries(house.get("/get.php", **WHO).body)[0].url
    house.gate.apply(Update(101, accounts=(account(501, BASIC, active_until=NOW),)))
    assert follow(house, url).body == b"account_expired\n"
    house.gate.apply(Update(102, removed_accounts=(501,)))
    assert follow(house, url).body == b"invalid_credentials\n"


@pytest.mark.parametrize("token", ["", "x", "A" * 70, ANDROID[:-1] + "x", EXPIRED])
def test_tokens_that_open_nothing(house: House, token: str) -> None:
    for path in (f"/play/{token}/11.m3u8", f"/play/{token}/11"):
        assert house.get(path).status in (403, 404)


def test_what_is_not_there(house: House) -> None:
    url = entries(house.get("/get.php", **WHO).body)[0].url
    assert follow(house, url.replace("/11.", "/999.")).body == b"channel_unknown\n"
    assert follow(house, url.replace("/11.", "/999.")).status == 404
    house.gate.apply(Update(101, lineups=(replace(LINEUP, servers=()),)))
    got = follow(house, url)
    assert (got.status, got.body, got.headers["retry-after"]) == (503, b"nothing_to_play\n", "30")


def test_players_at_one_address_count_as_one_device(house: House) -> None:
    first, second, third = (each.url for each in entries(house.get("/get.php", **WHO).body))
    assert [follow(house, url).status for url in (first, second, third, first)] == [302] * 4
    path = first.removeprefix(PUBLIC_URL)
    assert house.ask("GET", path, address="198.51.100.1").status == 302
    assert house.ask("GET", path, address="198.51.100.2").body == b"too_many_streams\n"


def test_playlists_by_head_tag_range_and_coding(house: House) -> None:
    whole = house.get("/get.php", **WHO)
    head = house.ask("HEAD", "/get.php", "username=10001&password=p%2Fw+%C3%BC")
    assert (head.status, head.headers) == (200, whole.headers)
    tag = whole.headers["etag"]
    assert house.get("/get.php", **WHO, headers={"if-none-match": tag}).status == 304
    packed = house.get("/get.php", **WHO, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(packed.body) == whole.body
    size = len(whole.body)
    everything = house.get("/get.php", **WHO, headers={"range": "bytes=0-"})
    assert (everything.status, everything.body) == (206, whole.body)
    assert everything.headers["content-range"] == f"bytes 0-{size - 1}/{size}"
    part = house.get("/get.php", **WHO, headers={"range": "bytes=2-9", "if-range": tag})
    assert (part.status, part.body) == (206, whole.body[2:10])
    assert house.get("/get.php", **WHO, headers={"range": "bytes=2-9", "if-range": '"old"'}).body == whole.body
    assert house.get("/get.php", **WHO, headers={"range": "bytes=1-2,4-5"}).status == 200
    beyond = house.get("/get.php", **WHO, headers={"range": f"bytes={size}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{size}")


# --- guides ---


def test_a_guide_read_back(house: House) -> None:
    got = house.get("/xmltv.php", **WHO)
    assert got.headers["content-type"] == "application/xml; charset=utf-8"
    guide = ElementTree.fromstring(got.body)
    assert [each.get("id") for each in guide.findall("channel")] == ["news.example", "12", "14"]
    assert [name.text for name in guide.findall("channel/display-name")][:2] == ["News & Weather", "Новости"]
    programmes = guide.findall("programme")
    news = [each for each in programmes if each.get("channel") == "news.example"]
    assert [each.get("start") for each in news][:2] == ["20261120200000 +0000", "20261121190000 +0000"]
    assert news[2].findtext("title") == "The News"
    assert [each.get("start") for each in programmes if each.get("channel") == "12"][0] == "20261121180000 +0000"
    ids = {entry.guide_id for entry in entries(house.get("/get.php", **WHO).body)}
    assert {each.get("channel") for each in programmes} <= ids


def test_guides_compressed_by_tag_and_head(house: House) -> None:
    plain = house.get("/epg.xml", **WHO)
    packed = house.get("/xmltv.php", **WHO, headers={"accept-encoding": "gzip"})
    file = house.get("/epg.xml.gz", **WHO, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(packed.body) == gzip.decompress(file.body) == plain.body
    assert (file.headers["content-type"], "content-encoding" in file.headers) == ("application/gzip", False)
    assert house.get("/epg/10002/plain/gz").headers["content-type"] == "application/gzip"
    assert house.get("/epg/10002/plain").headers["content-type"].startswith("application/xml")
    tag = plain.headers["etag"]
    assert house.get("/epg.xml", **WHO, headers={"if-none-match": tag}).status == 304
    head = house.ask("HEAD", "/epg.xml", "username=10001&password=p%2Fw+%C3%BC")
    assert (head.body, head.headers) == (b"", plain.headers)
    house.gate.apply(Update(101, guides={101: ()}))
    assert house.get("/epg.xml", **WHO, headers={"if-none-match": tag}).status == 200


def test_the_playlist_names_its_guide(house: House) -> None:
    body = house.get("/get.php", **WHO).body.decode()
    urls = re.findall(r'(?:x-tvg-url|url-tvg)="([^"]+)"', body)
    assert len(urls) == 2
    assert {follow(house, url).body for url in urls} == {house.get("/epg.xml", **WHO).body}
    assert gzip.decompress(follow(house, urls[0] + ".gz").body) == house.get("/epg.xml", **WHO).body


def test_channels_that_share_a_guide_id(house: House) -> None:
    """With the same guide they are one in the guide; with another shift they are not."""
    hd = channel(31, "News HD", guide_channel_id=101, guide_id="news.example")
    later = channel(32, "News +1", guide_channel_id=101, guide_id="news.example", guide_shift_minutes=60)
    tariffs = {BASIC: replace(LINEUP.tariffs[BASIC], channels=None)}
    news = LINEUP.channels[0]
    house.gate.apply(Update(101, lineups=(replace(LINEUP, channels=(news, hd, later), tariffs=tariffs),)))
    found = entries(house.get("/get.php", **WHO).body)
    assert [each.guide_id for each in found] == ["news.example", "news.example", "news.example.32"]
    guide = ElementTree.fromstring(house.get("/epg.xml", **WHO).body)
    assert [each.get("id") for each in guide.findall("channel")] == ["news.example", "news.example.32"]
    assert len(guide.findall("programme")) == 12

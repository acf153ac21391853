"""epgdata, XMLTV, ADI 3 and MRSS, and which format a file has."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import SHARED_SAMPLES
from tests.factories.packages import adi1_xml, epgdata_xml, make_package, without_places

from headend.adapters.package_formats import PACKAGE_FORMATS
from headend.adapters.package_formats.epgdata import MOST_EVENTS
from headend.ingest.errors import NotAPackage
from headend.ingest.packages import package_from_json, package_to_json, read_package
from headend.ingest.ports import FileRole, GuideEvent, Package, Parsed, Profile
from headend.ingest.rules.states import Kind, LoadMode

START = datetime(2026, 11, 22, 20, 15, tzinfo=UTC)


def make_event(**fields: Any) -> GuideEvent:
    said: dict[str, Any] = {"number": "1", "service": "ONE", "starts_at": START, "title": "News", "rating": "R00"}
    said |= fields
    return GuideEvent(**{"ends_at": said["starts_at"] + timedelta(hours=1), **said})


def read(data: bytes | str, name: str = "", **profile: Any) -> Parsed:
    data = data.encode() if isinstance(data, str) else data
    return read_package(data, Profile(**profile), PACKAGE_FORMATS, name)


def only(parsed: Parsed) -> Package:
    assert parsed.refusals == ()
    (package,) = parsed.packages
    return package


def messages(parsed: Parsed) -> str:
    return "; ".join(each.message for each in parsed.deviations)


# --- which format ---


@pytest.mark.parametrize(
    ("begins", "format_name"),
    [
        ('<?xml version="1.0"?>\n<!-- <tv> -->\n<!DOCTYPE ADI SYSTEM "ADI.DTD">\n<ADI>', "adi1"),
        ("<x:ADI3 xmlns:x='urn:cablelabs:md:xsd:core:3.0'>", "adi3"),
        ("\ufeff<epgdata>", "epgdata"),
        ('<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv generator-info-name="x">', "xmltv"),
        ('<rss version="2.0">', "mrss"),
        ("<html>", None),
        ("PK\3\4", None),
        ("<!--" * 1000, None),
    ],
)
def test_a_file_is_recognised_by_its_root(begins: str, format_name: str | None):
    found = [name for name, each in PACKAGE_FORMATS.items() if each.recognises(begins.encode())]
    assert found == ([format_name] if format_name else [])


def test_a_format_may_be_named_and_must_then_fit():
    with pytest.raises(NotAPackage, match="not epgdata"):
        read(adi1_xml(make_package()), "epgdata")
    with pytest.raises(NotAPackage, match="no format nope"):
        read(b"", "nope")


# --- epgdata ---


def test_events_are_read_in_the_profiles_zone():
    rome = ZoneInfo("Europe/Rome")
    written = [
        make_event(category="Calcio", kind="PPV", provider="Serie A", description="A < B & C", short_description="x"),
        make_event(number="2", load_mode=LoadMode.UPDATE, starts_at=START + timedelta(hours=1)),
    ]
    package = only(read(epgdata_xml(*written), zone=rome))
    expected = [
        replace(each, starts_at=each.starts_at.replace(tzinfo=rome), ends_at=each.ends_at.replace(tzinfo=rome))
        for each in written
    ]
    assert list(without_places(package).events) == expected
    assert (package.kind, package.asset, package.load_mode) == (Kind.GUIDE, "guide", LoadMode.UPDATE)


def test_a_duration_of_its_own_is_a_warning_and_may_stand_for_the_end():
    text = epgdata_xml(make_event()).decode()
    parsed = read(text.replace("<Duration>3600", "<Duration>5400"))
    assert only(parsed).events[0].ends_at == START + timedelta(hours=1)
    assert "not the time from its start to its end" in messages(parsed)
    without_end = text.replace("<EndTime>2026-11-22 21:15</EndTime>", "").replace("<Duration>3600", "<Duration>1:30:00")
    assert only(read(without_end)).events[0].ends_at == START + timedelta(minutes=90)


@pytest.mark.parametrize(
    ("part", "put", "message"),
    [
        ("<EventId>1<", "<EventId><", "no EventId"),
        ("<EventId>1<", f"<EventId>{'1' * 101}<", "longer than"),
        ("<ServiceId>ONE<", "<ServiceId> <", "no ServiceId"),
        ("<Title>News<", "<Title/><Old>x<", "no title"),
        ("2026-11-22 20:15", "tonight", "begins or ends"),
        ("<StartTime>2026-11-22 20:15</StartTime>", "", "begins or ends"),
        ("2026-11-22 21:15", "2026-11-22 20:15", "ends before it begins"),
        ("<LoadMode>insert<", "<LoadMode>replace<", "load mode"),
    ],
)
def test_an_event_that_cannot_be_used_refuses_the_file_with_its_line(part: str, put: str, message: str):
    text = epgdata_xml(make_event(number="0"), make_event()).decode().replace("<Old>x</Title>", "")
    before, after = text.split("\n<Event><EventId>1<")
    parsed = read(f"{before}\n" + f"<Event><EventId>1<{after}".replace(part, put).replace("x</Title>", "x</Old>"))
    assert parsed.packages == ()
    assert any(message in each.message and each.line == 3 for each in parsed.refusals)


def test_of_an_event_that_comes_twice_the_last_counts():
    parsed = read(epgdata_xml(make_event(title="Old"), make_event(title="New")))
    assert [each.title for each in only(parsed).events] == ["New"]
    assert "more than once" in messages(parsed)


def test_the_thesis_own_sample_is_not_well_formed():
    with pytest.raises(NotAPackage, match="mismatched tag") as refused:
        read("<epgdata>\n<Event>\n<EventId>1</EventId>\n</event>\n</epgdata>")
    assert refused.value.line == 4


def test_no_events_and_too_many():
    assert read("<epgdata/>").refusals[0].message == "there is nothing to publish in it"
    with pytest.raises(NotAPackage, match="more than 10000 events"):
        read("<epgdata>" + "<Event/>" * (MOST_EVENTS + 1) + "</epgdata>")


EVENTS = st.builds(
    make_event,
    number=st.from_regex(r"[0-9A-Z]{1,20}", fullmatch=True),
    title=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=50),
    starts_at=st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    load_mode=st.sampled_from(LoadMode),
)


@given(st.lists(EVENTS, min_size=1, max_size=10, unique_by=lambda event: event.number))
@settings(max_examples=50, deadline=None)
def test_valid_events_are_read_back_exactly_and_kept_in_json(events: list[GuideEvent]):
    package = only(read(epgdata_xml(*events)))
    assert list(without_places(package).events) == events
    assert package_from_json(package_to_json(package)) == package


# --- XMLTV ---


def test_xmltv_is_a_guide_that_is_read_later():
    package = only(read('<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv><channel id="a"/></tv>'))
    assert (package.kind, package.is_xmltv, package.events) == (Kind.GUIDE, True, ())
    with pytest.raises(NotAPackage):
        read("<rss/>", "xmltv")


# --- ADI 3 ---

ADI3 = """<?xml version="1.0"?>
<ADI3 xmlns="http://www.scte.org/schemas/236/2016/core" xmlns:o="urn:o" xmlns:t="urn:t" xmlns:c="urn:c"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<Asset xsi:type="o:OfferType" uriId="films.example/Offer/1" startDateTime="2026-01-01T00:00:00Z"
       endDateTime="2026-12-31T23:59:59Z"><o:ContentGroupRef uriId="films.example/ContentGroup/1"/></Asset>
<Asset xsi:type="t:TitleType" uriId="films.example/Title/ABCD1" providerVersionNum="1">
  <AlternateId identifierSystem="VOD1.1">vod://films.example/ABCD0123456789012345</AlternateId>
  <Provider>Films</Provider>
  <t:LocalizableTitle><t:TitleLong>Storm</t:TitleLong><t:SummaryLong>Wind.</t:SummaryLong>
    <t:Actor fullName="Kate W"/><t:Director fullName="James C"/></t:LocalizableTitle>
  <t:Rating ratingSystem="MPAA">PG-13</t:Rating><t:Year>2024</t:Year><t:Genre>Drama</t:Genre>
  <t:IsEncryptionRequired>true</t:IsEncryptionRequired>
</Asset>
<Asset xsi:type="o:ContentGroupType" uriId="films.example/ContentGroup/1">
  <o:TitleRef uriId="films.example/Title/ABCD1"/><o:MovieRef uriId="films.example/Asset/1"/></Asset>
<Asset xsi:type="c:MovieType" uriId="films.example/Asset/1"><c:SourceUrl>storm.mpg</c:SourceUrl>
  <c:ContentFileSize>12</c:ContentFileSize><c:Duration>PT01H30M00S</c:Duration><c:Language>en</c:Language></Asset>
<Asset xsi:type="c:BoxCoverType" uriId="films.example/Asset/2"><c:SourceUrl>storm.jpg</c:SourceUrl></Asset>
</ADI3>
"""


def test_adi3_has_its_title_offer_and_files():
    package = only(read(ADI3))
    assert (package.asset, package.load_mode) == ("films.example/ABCD0123456789012345", LoadMode.INSERT)
    assert (package.wants_encryption, package.provider) == (True, "Films")
    assert [(file.role, file.name, file.size) for file in package.files] == [
        (FileRole.MOVIE, "storm.mpg", 12),
        (FileRole.COVER, "storm.jpg", None),
    ]
    title = package.title
    assert title is not None
    assert (title.name, title.summary, title.age, title.year, title.seconds) == ("Storm", "Wind.", 13, 2024, 5400)
    assert (title.actors, title.directors, title.language) == (("Kate W",), ("James C",), "en")
    assert title.shown_until == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_adi3_of_several_titles_gives_each_what_refers_to_it():
    begin, end = ADI3.index('<Asset xsi:type="t:'), ADI3.index('<Asset xsi:type="o:ContentGroup')
    other = ADI3[begin:end].replace("ABCD1", "ABCD2").replace("0123456789012345", "0123456789012346")
    parsed = read(ADI3.replace("</ADI3>", f"{other}</ADI3>"))
    assert [(each.asset[-1], len(each.files)) for each in parsed.packages] == [("5", 1), ("6", 0)]


def test_adi3_without_a_title_and_with_an_address():
    assert "nothing to publish" in messages(read("<ADI3/>"))
    parsed = read(ADI3.replace("storm.mpg", "http://films.example/storm.mpg"))
    assert "not from an address" in parsed.refusals[0].message


# --- MRSS ---

MRSS = """<rss xmlns:media="http://search.yahoo.com/mrss/" version="2.0"><channel>
<title>Calm</title><link>https://calm.example/feed</link><language>en-us</language>
<item><title>Shade</title><guid>shade-1</guid><description>Quiet.</description>
<media:group><media:content url="shade.mp4" fileSize="37" duration="120.0" height="1080" isDefault="true">
<media:hash algo="md5">00000000000000000000000000000000</media:hash></media:content>
<media:content url="shade-small.mp4"/><media:content url="clip.mp4" expression="sample" duration="30"/></media:group>
<media:category>Nature</media:category><media:credit role="actor">Kate W</media:credit>
<media:rating scheme="urn:mpaa">pg-13</media:rating><media:thumbnail url="shade.jpg"/>
<dcterms:valid>start=2026-01-01T00:00:00Z; end=2026-02-01T00:00:00Z; scheme=W3C-DTF</dcterms:valid>
</item></channel></rss>"""


def test_mrss_items_are_titles():
    parsed = read(MRSS)
    package = only(parsed)
    assert (package.asset, package.provider) == ("calm.example/shade-1", "Calm")
    assert [(file.role, file.name, file.seconds) for file in package.files] == [
        (FileRole.MOVIE, "shade.mp4", 120),
        (FileRole.PREVIEW, "clip.mp4", 30),
        (FileRole.POSTER, "shade.jpg", 0),
    ]
    assert package.files[0].is_hd
    title = package.title
    assert title is not None
    assert (title.name, title.genres, title.actors, title.age) == ("Shade", ("Nature",), ("Kate W",), 13)
    assert title.shown_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert "several versions" in messages(parsed)


def test_mrss_with_addresses_refuses_and_a_guid_may_be_one():
    assert "not from an address" in messages(read(MRSS.replace('"shade.mp4"', '"http://calm.example/shade.mp4"')))
    key = only(read(MRSS.replace("shade-1", "http://calm.example/shade/"))).asset
    assert key.startswith("calm.example/")
    assert len(key) == len("calm.example/") + 32
    assert "no guid" not in messages(read("<rss><channel/></rss>"))


def test_real_files_of_the_other_formats():
    samples = SHARED_SAMPLES / "adi"
    if not samples.exists():
        pytest.skip("the shared samples are not here")
    package = only(read((samples / "07_mediaxml_adi3_movie.xml").read_bytes()))
    assert [file.role.value for file in package.files] == ["movie", "preview", "cover", "other"]
    assert len(read((samples / "mrss_feed.xml").read_bytes()).refusals) == 4

"""ADI 1.1 as it should be written, as providers write it, and as nobody should."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import SHARED_SAMPLES
from tests.factories.packages import adi1_xml, make_package, make_title_metadata, without_places

from headend.adapters.package_formats import PACKAGE_FORMATS
from headend.adapters.package_formats.adi1 import Adi1
from headend.ingest.deviations import FAULTS
from headend.ingest.errors import NotAPackage
from headend.ingest.packages import read_package
from headend.ingest.ports import Deviation, FileRole, Package, PackageFile, Parsed, Profile
from headend.ingest.rules.states import LoadMode

MOVIE = PackageFile(FileRole.MOVIE, "film.mpg", size=1000, md5="0" * 32, seconds=5400, languages=("it",))
PREVIEW = PackageFile(FileRole.PREVIEW, "trailer.mpg", seconds=90)
COVER = PackageFile(FileRole.COVER, "cover.jpg", aspect="320x240")


def read(data: bytes | str, **profile: Any) -> Parsed:
    return Adi1().read(data.encode() if isinstance(data, str) else data, Profile(**profile))


def text_of(package: Package | None = None) -> str:
    return adi1_xml(package or make_package(files=(MOVIE, PREVIEW, COVER))).decode()


def only(parsed: Parsed) -> Package:
    assert parsed.refusals == ()
    (package,) = parsed.packages
    return package


def faults(parsed: Parsed) -> list[str]:
    """Which faults were noted, in the file's order."""
    by_text = {fault.text: name for name, fault in FAULTS.items()}
    return [by_text[next(text for text in by_text if each.message.startswith(text))] for each in parsed.deviations]


def noted(data: str, fault: str, **profile: Any) -> Deviation:
    """The one deviation of this fault."""
    parsed = read(data, **profile)
    (place,) = [number for number, name in enumerate(faults(parsed)) if name == fault]
    return parsed.deviations[place]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_what_keeps_to_the_specification_is_read_without_a_word():
    package = make_package(files=(MOVIE, PREVIEW, COVER), wants_encryption=True, groups=("Alledges", "Pills"))
    parsed = read(adi1_xml(package))
    assert parsed.deviations == ()
    assert without_places(only(parsed)) == without_places(package)


def test_a_namespace_an_own_attribute_and_a_wrong_order_are_warnings_with_their_line():
    text = text_of().replace("<ADI>", '<ADI xmlns="http://example/adi">')
    text = text.replace('Asset_Class="movie"', 'Asset_Class="movie" Update_Time="1"')
    assert faults(read(text)) == ["namespace", "structure"]
    told = noted(text, "structure")
    assert (told.line, told.place, told.value) == (line_of(text, "Update_Time"), "AMS", "with Update_Time")
    assert only(read(text)).files[0].name == "film.mpg"
    assert [each.is_refusal for each in read(text, strict=frozenset({"dtd"})).deviations] == [True, True]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("insert", LoadMode.INSERT), ("UPDATE", LoadMode.UPDATE), (" Unpublish ", LoadMode.UNPUBLISH)],
)
def test_load_modes_in_any_case(written: str, meant: LoadMode):
    text = text_of().replace('Name="LoadMode" Value="insert"', f'Name="package_LoadMode" Value="{written}"')
    assert only(read(text)).load_mode is meant


@pytest.mark.parametrize(
    ("major", "verb", "profile", "meant"),
    [
        (1, "", {}, LoadMode.INSERT),
        (2, "", {}, LoadMode.UPDATE),
        (2, "DELETE", {}, LoadMode.UNPUBLISH),
        (3, "", {"load_mode": LoadMode.INSERT}, LoadMode.INSERT),
    ],
)
def test_without_a_load_mode_verb_profile_and_version_decide(major: int, verb: str, profile: Any, meant: LoadMode):
    text = text_of(make_package(version=(major, 0)))
    text = re.sub(r'<App_Data App="MOD" Name="LoadMode"[^>]*>', "", text)
    text = text.replace("<AMS ", f'<AMS Verb="{verb}" ')
    parsed = read(text, **profile)
    assert only(parsed).load_mode is meant
    assert faults(parsed) == ["no_load_mode"]


def test_an_unpublish_publishes_no_file():
    package = only(read(text_of(make_package(load_mode=LoadMode.UNPUBLISH, files=(MOVIE,)))))
    assert [file.is_updated for file in package.files] == [False]


def test_file_update_is_read_flattened_and_the_profile_fills_in():
    text = text_of().replace('Name="File_Update" Value="True"', 'Name="movie_File_Update" Value="False"', 1)
    text = text.replace('<App_Data App="MOD" Name="File_Update" Value="True"/>', "")
    assert [file.is_updated for file in only(read(text)).files] == [False, True, True]
    assert [file.is_updated for file in only(read(text, file_update=False)).files] == [False, False, False]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("../film.mpg", "path"),
        ("/etc/passwd", "path"),
        ("films\\film.mpg", "path"),
        ("C:film.mpg", "path"),
        ("..", "path"),
        ("https://films.example/film.mpg", "address"),
        ("file:///etc/passwd", "address"),
        ("data:text", "address"),
        (".film.mpg", "bad_name"),
        ("a" * 201, "bad_name"),
        ("film\u202egpm.mpg", "bad_name"),
        ("film&#10;.mpg", "bad_name"),
        ("", "no_file"),
    ],
)
def test_file_names_stay_in_the_folder(name: str, fault: str):
    text = text_of().replace('"film.mpg"', f'"{name}"')
    told = noted(text, fault)
    assert (told.is_refusal, told.line) == (True, line_of(text, "<Content "))
    assert read(text).packages == ()


def test_what_is_not_published_may_be_an_address():
    package = make_package(files=(replace(MOVIE, is_updated=False),))
    text = text_of(package).replace('"film.mpg"', '"https://films.example/film.mpg"')
    assert noted(text, "unused_name").is_refusal is False
    assert only(read(text)).files[0].name == ""


@pytest.mark.parametrize("written", ["ABCD 0123", "../etc", "", "a/b", "x" * 91])
def test_an_id_that_is_none_refuses(written: str):
    parsed = read(text_of().replace('"ABCD0123456789012345"', f'"{written}"'))
    assert parsed.packages == ()
    assert {"no_id", "bad_id"} & set(faults(parsed))


def test_ids_of_another_form_a_blank_and_one_id_twice_are_warnings():
    text = text_of().replace('"ABCD0123456789012345"', '" amagi202000000001"')
    text = text.replace('"PBCD0123456789012345"', '"amagi202000000001"')
    parsed = read(text)
    assert only(parsed).asset == "films.example/amagi202000000001"
    assert sorted(faults(parsed)) == ["asset_id_form", "asset_id_form", "blank", "duplicate_id"]
    assert len(read(text, strict=frozenset({"asset_id"})).refusals) == 3


def test_the_providers_id_is_one_in_any_case():
    text = text_of().replace('"films.example"', '"Films.Example"')
    assert only(read(text)).asset == "films.example/ABCD0123456789012345"
    assert "provider_id_form" in faults(read(text))


@pytest.mark.parametrize(
    ("start", "end", "begins", "ends"),
    [
        ("2026-01-01", "2026-03-31", datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (
            "2026-01-01T10:00:00",
            "2026-01-02T10:00:00+00:00",
            datetime(2026, 1, 1, 9, tzinfo=UTC),
            datetime(2026, 1, 2, 10, tzinfo=UTC),
        ),
        ("01.02.2026", "02.02.2026", datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2026, 2, 2, 23, tzinfo=UTC)),
        ("", " ", None, None),
    ],
)
def test_windows_are_in_the_profiles_zone_and_an_end_is_that_of_its_day(start: str, end: str, begins: Any, ends: Any):
    text = text_of().replace('Window_Start" Value=""', f'Window_Start" Value="{start}"')
    text = text.replace('Window_End" Value=""', f'Window_End" Value="{end}"')
    title = only(read(text, zone=ZoneInfo("Europe/Rome"), date_formats=("%d.%m.%Y",))).title
    assert title is not None
    assert (title.shown_from, title.shown_until) == (begins, ends)


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [
        ("2026-02-01", "2026-01-01", "window_order"),
        ("soon", "", "bad_window"),
        ("", "31/12/2026", "bad_window"),
        ("0001-01-01", "", "bad_window"),
        ("", "9999-12-31", "bad_window"),
        ("2026-02-30", "", "bad_window"),
    ],
)
def test_a_window_that_cannot_be_kept_refuses(start: str, end: str, fault: str):
    text = text_of().replace('Window_Start" Value=""', f'Window_Start" Value="{start}"')
    told = noted(text.replace('Window_End" Value=""', f'Window_End" Value="{end}"'), fault)
    assert (told.is_refusal, told.value) == (True, end if fault == "window_order" else start or end)


@pytest.mark.parametrize(
    ("written", "seconds", "fault"),
    [
        ("01:30:00", 5400, ""),
        ("PT1H30M", 5400, ""),
        ("90:00", 5400, ""),
        ("5400", 5400, "bare_time"),
        ("90 min", 0, "bad_time"),
        ("99999:00:00", 0, "bad_time"),
    ],
)
def test_run_times(written: str, seconds: int, fault: str):
    text = text_of(make_package(title=make_title_metadata(seconds=0)))
    parsed = read(text.replace('Name="Run_Time" Value=""', f'Name="Run_Time" Value="{written}"'))
    title = only(parsed).title
    assert title is not None
    assert title.seconds == seconds
    assert (fault in faults(parsed)) == bool(fault)


def test_a_bare_number_of_minutes():
    text = text_of().replace('Name="Run_Time" Value="01:30:00"', 'Name="Run_Time" Value="90"', 1)
    title = only(read(text, run_time_unit="minutes")).title
    assert title is not None
    assert title.seconds == 5400


@pytest.mark.parametrize(
    ("rating", "age", "fault"),
    [("R00", 0, ""), ("TV-MA", 17, ""), ("12", 12, ""), ("G", 0, ""), ("Btl", 0, ""), ("NR", 18, "unknown_rating")],
)
def test_ratings(rating: str, age: int, fault: str):
    parsed = read(text_of(make_package(title=make_title_metadata(ratings=(rating,)))))
    title = only(parsed).title
    assert title is not None
    assert (title.age, title.ratings) == (age, (rating,))
    assert faults(parsed) == [fault] * bool(fault)


def test_the_profile_maps_ratings_and_categories():
    written = make_title_metadata(ratings=("NR",), categories=("/Movies/Drama",))
    title = only(
        read(text_of(make_package(title=written)), ratings={"nr": 6}, categories={"Movies/Drama": "Film"})
    ).title
    assert title is not None
    assert (title.age, title.categories) == (6, ("Film",))


def test_checksums_with_blanks_and_capitals_are_good_and_others_are_not_compared():
    text = text_of().replace('"' + "0" * 32 + '"', '" AB' + "0" * 28 + ' cd "')
    assert only(read(text)).files[0].md5 == "ab" + "0" * 28 + "cd"
    text = text.replace("AB0", "XY0").replace('Content_FileSize" Value="1000"', 'Content_FileSize" Value="1 kB"')
    file = only(read(text)).files[0]
    assert (file.md5, file.size) == ("", None)
    assert len(read(text, strict=frozenset({"checksum"})).refusals) == 2


def test_flat_assets_belong_to_the_title():
    text = text_of(make_package(files=(MOVIE,)))
    nested = text[text.index("<Asset>\n<Metadata>", text.index('Asset_Class="title"')) :]
    movie = nested[: nested.index("</Asset>") + len("</Asset>")]
    flat = text.replace(movie, "").replace("</ADI>", f"{movie}</ADI>")
    parsed = read(flat)
    assert [file.name for file in only(parsed).files] == ["film.mpg"]
    assert "flat" in faults(parsed)


def test_several_titles_are_several_packages_with_their_own_files():
    text = text_of(make_package(files=(MOVIE,)))
    title = text[text.index("<Asset>") : text.rindex("</Asset>") + len("</Asset>")]
    other = title.replace("ABCD0123456789012345", "ABCD0123456789012346").replace("film.mpg", "other.mpg")
    parsed = read(text.replace("</ADI>", f"{other}</ADI>"))
    assert [(each.asset[-1], each.files[0].name) for each in parsed.packages] == [("5", "film.mpg"), ("6", "other.mpg")]


def test_several_movies_unknown_classes_three_covers_and_a_long_preview():
    text = text_of(make_package(files=(MOVIE, MOVIE, COVER, COVER, COVER, replace(PREVIEW, seconds=200))))
    text = text.replace('Asset_Class="movie"', 'Asset_Class="hologram"', 1)
    text = text.replace('Asset_Class="box cover"', 'Asset_Class="Box_Cover"')
    parsed = read(text)
    roles = [file.role for file in only(parsed).files]
    assert roles == [FileRole.OTHER, FileRole.MOVIE, *[FileRole.COVER] * 3, FileRole.PREVIEW]
    assert set(faults(parsed)) == {"unknown_class", "repeated_file", "many_covers", "long_preview"}


def test_an_episode_and_a_film_that_says_a_series():
    episode = make_title_metadata(series="Storms", season=2, episode=3, episode_name="The third")
    text = text_of(make_package(title=episode)).replace('Name="Show_Type" Value="Movie"', 'Name="Show_Type" Value=""')
    title = only(read(text)).title
    assert title is not None
    assert (title.series, title.season, title.episode, title.episode_name) == ("Storms", 2, 3, "The third")
    text = text.replace('Name="Show_Type" Value="Series"', 'Name="Show_Type" Value="Movie"')
    title = only(read(text)).title
    assert title is not None
    assert (title.series, title.season) == ("", None)


def test_persons_are_turned_round():
    written = make_title_metadata(actors=("Winslet,Kate", "Cher", "Davis, Sammy, Jr."), directors=("Cameron,  James",))
    title = only(read(text_of(make_package(title=written)))).title
    assert title is not None
    assert title.actors == ("Kate Winslet", "Cher", "Davis, Sammy, Jr.")
    assert title.directors == ("James Cameron",)


def test_missing_values_are_told_together_and_only_of_an_insert():
    text = re.sub(r'<App_Data App="MOD" Name="(Year|Billing_ID)"[^>]*>', "", text_of())
    assert noted(text, "missing").value == "Year, Billing_ID"
    assert "missing" not in faults(read(text.replace('Value="insert"', 'Value="update"')))


def test_an_update_may_name_the_title_alone():
    text = re.sub(r"<Asset>.*</Asset>", "", text_of(), flags=re.DOTALL)
    text = text.replace("PBCD0123456789012345", "ABCD0123456789012345").replace('Value="insert"', 'Value="unpublish"')
    assert only(read(text)).asset == "films.example/ABCD0123456789012345"
    assert "no_title" in faults(read(text.replace('Value="unpublish"', 'Value="insert"')))


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE ADI SYSTEM "ADI.DTD" [<!ENTITY a "b">]>',
        '<!DOCTYPE ADI [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]>',
        "<!DOCTYPE ADI [%undeclared;]>",
        '<!DOCTYPE ADI SYSTEM "ADI.DTD"><!-- -->' + " " * 70_000,
    ],
)
def test_entities_are_refused_where_they_are_declared_and_used(head: str):
    package = make_package()
    if "ENTITY" in head or "%" in head:
        with pytest.raises(NotAPackage, match="entit"):
            read(adi1_xml(package, head=head))
    else:
        assert only(read(adi1_xml(package, head=head))).asset == package.asset
    used = adi1_xml(package, head='<!DOCTYPE ADI SYSTEM "ADI.DTD">\n').decode().replace("A keeper", "&keeper;")
    with pytest.raises(NotAPackage, match="entity") as refused:
        read(used)
    assert refused.value.line == line_of(used, "&keeper;")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str):
    text = text_of(make_package(title=make_title_metadata(name="L'été"))).replace(
        '"utf-8"?', f'"{encoding.replace("-sig", "")}"?'
    )
    title = only(read(text.encode(encoding))).title
    assert title is not None
    assert title.name == "L'été"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<ADI",
        b"<tv/>",
        b"<ADI><Metadata></ADI>",
        b'<?xml version="1.0" encoding="nope"?><ADI/>',
        b"<a>" * 10_000,
        b"<ADI>" + b"<Asset/>" * 60_000 + b"</ADI>",
        b"<ADI " + b" ".join(b'a%d=""' % number for number in range(200)) + b"/>",
        b"<ADI>" + b" " * (9 * 1024**2) + b"</ADI>",
        b"<ADI>" + b"x" * 70_000 + b"</ADI>",
        b'<ADI a="' + b"x" * 70_000 + b'"/>',
    ],
    ids=["empty", "nul", "cut", "other", "tags", "encoding", "deep", "many", "attributes", "large", "text", "value"],
)
def test_what_is_no_package_says_so(data: bytes):
    with pytest.raises(NotAPackage):
        read(data)


def test_of_very_many_deviations_the_first_are_told():
    text = text_of().replace("<Content ", "".join(f"<Odd{number}/>" for number in range(1000)) + "<Content ", 1)
    parsed = read(text)
    assert len(parsed.deviations) == 201
    assert parsed.deviations[-1].message == "and 800 more deviations"


def test_real_files_are_read():
    samples = SHARED_SAMPLES / "adi"
    if not samples.exists():
        pytest.skip("the shared samples are not here")
    reference = only(read((samples / "01_vod_metadata_reference.xml").read_bytes()))
    assert [file.role.value for file in reference.files] == ["movie", "preview", "poster"]
    assert reference.files[0].size == 252706816
    show = only(read((samples / "06_mediaxml_tvshow.xml").read_bytes()))
    assert show.asset == "mylifetime.com/LFHT2419582007240000"
    assert read((samples / "02_vod_metadata_template.xml").read_bytes()).packages == ()


# --- whatever comes ---

PROFILES = [Profile(), Profile(strict=frozenset({"dtd", "asset_id"}), date_formats=("%d/%m/%y",))]
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
NAMES = st.from_regex(r"[a-z0-9_][a-z0-9_.\-]{0,20}", fullmatch=True)
FILES = st.builds(
    PackageFile,
    role=st.sampled_from([FileRole.MOVIE, FileRole.PREVIEW, FileRole.POSTER, FileRole.COVER]),
    name=NAMES.map(lambda name: f"f{name}"),
    is_updated=st.booleans(),
    size=st.none() | st.integers(0, 2**40),
    md5=st.just("") | st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    seconds=st.integers(0, 300_000),
    languages=st.lists(st.sampled_from(["it", "en", "deu"]), unique=True).map(tuple),
    subtitles=st.lists(st.sampled_from(["it", "en", "deu"]), unique=True).map(tuple),
    is_hd=st.booleans(),
    aspect=st.sampled_from(["", "320x240"]),
)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TITLES = st.builds(
    make_title_metadata,
    name=WORDS,
    brief=WORDS,
    name_original=st.just("") | WORDS,
    summary=WORDS,
    summary_short=WORDS,
    year=st.none() | st.integers(1870, 2100),
    seconds=st.integers(0, 300_000),
    genres=st.lists(WORDS, unique=True, max_size=3).map(tuple),
    actors=st.lists(WORDS.filter(lambda word: "," not in word), unique=True, max_size=3).map(tuple),
    studio=st.just("") | WORDS,
    shown_from=st.none() | MOMENTS,
)
PACKAGES = st.builds(
    make_package,
    asset=st.from_regex(r"films\.example/[A-Z]{4}[0-9]{16}", fullmatch=True),
    load_mode=st.sampled_from([LoadMode.INSERT, LoadMode.UPDATE]),
    version=st.tuples(st.integers(0, 99), st.integers(0, 99)),
    provider=WORDS,
    wants_encryption=st.none() | st.booleans(),
    groups=st.lists(st.sampled_from(["Alledges", "Catalogo", "Pills"]), unique=True).map(tuple),
    files=st.lists(FILES, max_size=4).map(tuple),
    title=TITLES,
)


@given(PACKAGES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_valid_package_is_read_back_exactly(package: Package):
    assert without_places(only(read(adi1_xml(package)))) == without_places(package)


@given(st.data(), st.sampled_from(PROFILES))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_package_with_anything_in_it_is_read_or_refused(data: st.DataObject, profile: Profile):
    text = text_of()
    values = re.findall(r'"([^"]*)"', text)
    for value in data.draw(st.lists(st.sampled_from(values), max_size=4)):
        put = data.draw(st.text(max_size=40) | st.sampled_from(["../x", "&a;", "<", "9" * 400, "P1D", "\0", "-1"]))
        text = text.replace(f'"{value}"', f'"{put}"', data.draw(st.integers(1, 3)))
    begin, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    cut = data.draw(st.sampled_from([text, text[:begin] + text[end:], text[:end]]))
    try:
        parsed = Adi1().read(cut.encode("utf-8", "surrogatepass"), profile)
    except NotAPackage:
        return
    assert bool(parsed.packages) != bool(parsed.refusals)


@given(st.binary(max_size=300), st.sampled_from(["", *PACKAGE_FORMATS]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_package_or_none(data: bytes, name: str):
    for each in (data, b"<ADI>" + data + b"</ADI>", b"<rss><channel>" + data, b"<epgdata><Event>" + data):
        with suppress(NotAPackage):
            assert isinstance(read_package(each, Profile(), PACKAGE_FORMATS, name), Parsed)

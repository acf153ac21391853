"""What a package says of its files against what they are."""

from dataclasses import replace

import pytest
from tests.factories.packages import make_title_metadata

from headend.ingest.checks import compare_bytes, compare_media, language_of
from headend.ingest.deviations import FAULTS
from headend.ingest.ports import FileRole, PackageFile, Probe, Profile, Track

MOVIE = PackageFile(FileRole.MOVIE, "film.mpg", size=10, md5="a" * 32, seconds=5400)
PREVIEW = PackageFile(FileRole.PREVIEW, "trailer.mpg")
VIDEO = Track("video", "h264", "", 1920, 1080)


def film(seconds: float = 5400, *tracks: Track) -> Probe:
    return Probe("mpegts", seconds, (VIDEO, *(tracks or (Track("audio", "mp2", "ita"),))))


@pytest.mark.parametrize(
    ("size", "md5", "faults"),
    [
        (10, "a" * 32, []),
        (10, None, []),
        (0, None, ["empty"]),
        (11, "a" * 32, ["size"]),
        (10, "b" * 32, ["checksum"]),
    ],
)
def test_bytes(size: int, md5: str | None, faults: list[str]):
    assert [each.fault for each in compare_bytes(MOVIE, size, md5)] == faults


def test_nothing_said_is_nothing_compared():
    silent = PackageFile(FileRole.MOVIE, "film.mpg")
    assert list(compare_bytes(silent, 99, "b" * 32)) == []
    assert list(compare_media(silent, film(1), None, Profile(), is_only_movie=True)) == []


@pytest.mark.parametrize(
    ("file", "probe", "faults"),
    [
        (MOVIE, film(), []),
        (MOVIE, film(5410), []),
        (MOVIE, film(5411), ["duration"]),
        (MOVIE, film(5389), ["duration"]),
        (MOVIE, film(0), ["no_duration"]),
        (MOVIE, Probe("mp3", 5400, (Track("audio"),)), ["no_video"]),
        (MOVIE, Probe("mpeg", 5400, (VIDEO,)), ["no_sound"]),
        (replace(MOVIE, is_hd=True), film(), []),
        (
            replace(MOVIE, is_hd=True),
            Probe("mpeg", 5400, (replace(VIDEO, height=576), Track("audio"))),
            ["not_hd"],
        ),
        (replace(MOVIE, languages=("it",)), film(), []),
        (replace(MOVIE, languages=("it", "de")), film(), ["missing_language"]),
        (replace(MOVIE, languages=("de",)), film(5400, Track("audio"), Track("audio", "", "ita")), []),
        (replace(MOVIE, subtitles=("it",)), film(), ["missing_language"]),
        (PREVIEW, film(180), []),
        (PREVIEW, film(181), ["long_preview"]),
        (replace(PREVIEW, seconds=200), film(200), []),  # its metadata have been told of already
    ],
)
def test_media(file: PackageFile, probe: Probe, faults: list[str]):
    found = [each.fault for each in compare_media(file, probe, None, Profile(), is_only_movie=True)]
    assert found == faults
    assert set(found) <= set(FAULTS)


def test_the_titles_run_time_is_that_of_its_only_movie():
    silent, title = replace(MOVIE, seconds=0), make_title_metadata(seconds=5400)
    assert [each.fault for each in compare_media(silent, film(60), title, Profile(), is_only_movie=True)] == [
        "duration"
    ]
    assert list(compare_media(silent, film(60), title, Profile(), is_only_movie=False)) == []


def test_the_profile_says_what_is_near_enough():
    assert list(compare_media(MOVIE, film(5500), None, Profile(duration_tolerance=100), is_only_movie=True)) == []


@pytest.mark.parametrize(
    ("one", "other"), [("de", "ger"), ("deu", "ger"), ("it", "ITA"), ("en-us", "eng"), ("xx", "xx")]
)
def test_languages_have_several_codes(one: str, other: str):
    assert language_of(one) == language_of(other)
    assert language_of(one) != language_of("fr")

"""What a package says of its files, compared with what they are. Pure: nothing is read here."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from headend.ingest.ports import FileRole, PackageFile, Probe, Profile, TitleMetadata

HD_LINES = 720


class Finding(NamedTuple):
    """A fault (`deviations.FAULTS`), the value that shows it, and what it should have been."""

    fault: str
    value: str = ""
    detail: str = ""


def compare_bytes(file: PackageFile, size: int, md5: str | None) -> Iterator[Finding]:
    """Compare size and checksum; `md5` is None where nobody has reckoned it."""
    if not size:
        yield Finding("empty")
    elif file.size is not None and file.size != size:
        yield Finding("size", str(size), f"{file.size} bytes are said")
    elif md5 is not None and file.md5 and file.md5 != md5:
        yield Finding("checksum", md5, f"{file.md5} is said")


def compare_media(
    file: PackageFile, probe: Probe, title: TitleMetadata | None, profile: Profile, *, is_only_movie: bool
) -> Iterator[Finding]:
    """Compare length and tracks. The title's run time counts for its movie where the movie itself has none."""
    if not _of_kind(probe, "video"):
        yield Finding("no_video", probe.container)
        return
    if not _of_kind(probe, "audio"):
        yield Finding("no_sound", probe.container)
    said = file.seconds or (title.seconds if title and is_only_movie else 0)
    yield from _compare_length(file, probe.seconds, said, profile)
    height = max(track.height for track in probe.tracks)
    if file.is_hd and 0 < height < HD_LINES:
        yield Finding("not_hd", f"{height} lines")
    for kind, languages in (("audio", file.languages), ("subtitle", file.subtitles)):
        yield from _compare_languages(kind, languages, probe)


def _of_kind(probe: Probe, kind: str) -> list[str]:
    """The languages of the tracks of a kind, "" for each that does not say."""
    return [track.language for track in probe.tracks if track.kind == kind]


def _compare_length(file: PackageFile, seconds: float, said: int, profile: Profile) -> Iterator[Finding]:
    if file.role is FileRole.PREVIEW and seconds > profile.most_preview_seconds >= file.seconds:
        yield Finding("long_preview", f"{seconds:.0f} s", f"{profile.most_preview_seconds} s")
    if said and not seconds:
        yield Finding("no_duration")
    elif said and abs(seconds - said) > profile.duration_tolerance:
        yield Finding("duration", f"{seconds:.0f} s", f"{said} s are said")


def _compare_languages(kind: str, wanted: Iterable[str], probe: Probe) -> Iterator[Finding]:
    """What is said must be among the tracks, unless one of them does not say what it is."""
    there = _of_kind(probe, kind)
    if there and not all(there):
        return
    known = {language_of(word) for word in there}
    for word in wanted:
        if language_of(word) not in known:
            yield Finding("missing_language", word, f"{kind}: {', '.join(there) or 'none'}")


def language_of(code: str) -> str:
    """An ISO 639 code in two letters where it has two: of "ger", "deu" and "de" the same."""
    word = code.lower().partition("-")[0]
    return _IN_TWO_LETTERS.get(word, word)


# ISO 639-2's codes, both for terminology and for bibliographies, of what films are spoken in.
_CODES = """
    ar:ara bg:bul bs:bos ca:cat cs:ces,cze da:dan de:deu,ger el:ell,gre en:eng es:spa et:est eu:eus,baq
    fa:fas,per fi:fin fr:fra,fre ga:gle gl:glg he:heb hi:hin hr:hrv hu:hun hy:hye,arm id:ind is:isl,ice it:ita
    ja:jpn ka:kat,geo kk:kaz ko:kor lt:lit lv:lav mk:mkd,mac mn:mon ms:msa,may nl:nld,dut no:nor pl:pol pt:por
    ro:ron,rum ru:rus sk:slk,slo sl:slv sq:sqi,alb sr:srp,scc sv:swe ta:tam te:tel th:tha tr:tur uk:ukr ur:urd
    uz:uzb vi:vie zh:zho,chi
"""
_IN_TWO_LETTERS = {
    three: two for entry in _CODES.split() for two, _, others in [entry.partition(":")] for three in others.split(",")
}

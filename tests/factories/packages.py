"""Packages as providers write them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import quoteattr

from headend.ingest.ports import FileRole, GuideEvent, Package, PackageFile, TitleMetadata
from headend.ingest.rules.states import Kind, LoadMode

CLASSES = {
    FileRole.MOVIE: "movie",
    FileRole.PREVIEW: "preview",
    FileRole.POSTER: "poster",
    FileRole.COVER: "box cover",
}


def make_title_metadata(**fields: Any) -> TitleMetadata:
    """A film with all that is mandatory."""
    said: dict[str, Any] = {
        "name": "The Lighthouse",
        "brief": "The Lighthouse",
        "summary": "A keeper, a storm.",
        "summary_short": "A keeper, a storm.",
        "year": 2024,
        "seconds": 5400,
        "ratings": ("PG-13",),
        "age": 13,
        "genres": ("Drama",),
        "categories": ("Movies/Drama",),
    }
    return TitleMetadata(**{**said, **fields})


def make_package(**fields: Any) -> Package:
    """An insert of a film that keeps to the specification, without files."""
    said: dict[str, Any] = {
        "format": "adi1",
        "kind": Kind.TITLE,
        "asset": "films.example/ABCD0123456789012345",
        "load_mode": LoadMode.INSERT,
        "provider": "Films",
        "provider_id": "films.example",
        "product": "MOD",
        "title": make_title_metadata(),
    }
    return Package(**{**said, **fields})


def adi1_xml(package: Package, *, head: str = '<!DOCTYPE ADI SYSTEM "ADI.DTD">\n') -> bytes:
    """The package in ADI 1.1."""
    asset_id = package.asset.partition("/")[2]
    inside = [
        *_metadata(package, "package", f"P{asset_id[1:]}", _package_values(package)),
        "<Asset>",
        *_metadata(package, "title", asset_id, _title_values(package.title) if package.title else ()),
        *(line for number, file in enumerate(package.files) for line in _asset(package, file, number)),
        "</Asset>",
    ]
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head}<ADI>\n{chr(10).join(inside)}\n</ADI>\n'.encode()


Values = Iterable[tuple[str, object]]


def _metadata(package: Package, kind: str, asset_id: str, values: Values) -> Iterable[str]:
    major, minor = package.version
    ams = {
        "Asset_Name": f"{kind} of it",
        "Asset_ID": asset_id,
        "Asset_Class": kind,
        "Provider": package.provider,
        "Provider_ID": package.provider_id,
        "Product": package.product,
        "Version_Minor": minor,
        "Version_Major": major,
        "Description": kind,
        "Creation_Date": "2026-11-22",
    }
    yield f"<Metadata><AMS {' '.join(f'{name}={quoteattr(str(value))}' for name, value in ams.items())}/>"
    for name, value in values:
        yield f'<App_Data App="MOD" Name="{name}" Value={quoteattr(str(value))}/>'
    yield "</Metadata>"


def _package_values(package: Package) -> Values:
    yield "Metadata_Spec_Version", "CableLabsVOD1.1"
    yield "LoadMode", package.load_mode.value
    if package.wants_encryption is not None:
        yield "Encrypting", "Y" if package.wants_encryption else "N"
    yield from (("ServiceGroupID", name) for name in package.groups)


def _title_values(title: TitleMetadata) -> Values:
    yield from {"Type": "title", "Closed_Captioning": "N", "Billing_ID": "00001", "Show_Type": "Movie"}.items()
    if title.series:
        yield "Show_Type", "Series"
    yield from {
        "Preview_Period": 0,
        "Provider_QA_Contact": "qa@films.example",
        "Title": title.name,
        "Title_Brief": title.brief,
        "Title_Original": title.name_original,
        "Summary_Long": title.summary,
        "Summary_Short": title.summary_short,
        "Year": "" if title.year is None else title.year,
        "Run_Time": _clock(title.seconds),
        "Display_Run_Time": _clock(title.seconds)[:-3],
        "Studio": title.studio,
        "Series_Name": title.series,
        "Season_Number": "" if title.season is None else title.season,
        "Episode_Number": "" if title.episode is None else title.episode,
        "Episode_Name": title.episode_name,
        "Licensing_Window_Start": title.shown_from.isoformat() if title.shown_from else "",
        "Licensing_Window_End": title.shown_until.isoformat() if title.shown_until else "",
        "Suggested_Price": title.suggested_price,
    }.items()
    many = {"Rating": title.ratings, "Genre": title.genres, "Category": title.categories, "Actors": title.actors}
    many |= {"Director": title.directors, "Country_of_Origin": title.countries[:1]}
    yield from ((name, value) for name, values in many.items() for value in values)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}" if seconds else ""


def _asset(package: Package, file: PackageFile, number: int) -> Iterable[str]:
    yield "<Asset>"
    asset_id = file.asset_id or f"FILE{number:016}"
    yield from _metadata(package, CLASSES.get(file.role, "trickfile"), asset_id, _file_values(file))
    yield f"<Content Value={quoteattr(file.name)}/></Asset>" if file.name else "</Asset>"


def _file_values(file: PackageFile) -> Values:
    yield "Type", CLASSES.get(file.role, "trickfile")
    yield "File_Update", file.is_updated
    if file.size is not None:
        yield "Content_FileSize", file.size
    if file.md5:
        yield "Content_CheckSum", file.md5.upper()
    if file.seconds:
        yield "Run_Time", _clock(file.seconds)
    if file.is_hd:
        yield "HDContent", "Y"
    if file.aspect:
        yield "Image_Aspect_Ratio", file.aspect
    yield from (("Languages", each) for each in file.languages)
    yield from (("Subtitle_Languages", each) for each in file.subtitles)


def epgdata_xml(*events: GuideEvent) -> bytes:
    """The events in `epgdata`, their times without offset."""
    lines = ["<epgdata>"]
    for event in events:
        seconds = int((event.ends_at - event.starts_at).total_seconds())
        said = {
            "EventId": event.number,
            "EventType": event.kind,
            "ServiceId": event.service,
            "StartTime": f"{event.starts_at:%Y-%m-%d %H:%M}",
            "EndTime": f"{event.ends_at:%Y-%m-%d %H:%M}",
            "Title": event.title,
            "Category": event.category,
            "AgeRating": event.rating,
            "Duration": seconds,
            "ShortDescription": event.short_description,
            "LongDescription": event.description,
            "LoadMode": event.load_mode.value,
            "Provider": event.provider,
        }
        inside = "".join(f"<{name}>{_escaped(str(value))}</{name}>" for name, value in said.items())
        lines.append(f"<Event>{inside}</Event>")
    return "\n".join([*lines, "</epgdata>"]).encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def without_places(package: Package) -> Package:
    """The same without what depends on where in a file it stood, and without what is kept as it was said."""
    title = replace(package.title, extra={}, language="") if package.title else None
    files = tuple(replace(file, line=0, asset_id="") for file in package.files)
    return replace(package, files=files, title=title, events=tuple(replace(each, line=0) for each in package.events))

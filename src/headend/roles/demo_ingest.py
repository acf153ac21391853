"""The demonstration's content provider: an inbox, two edges that are folders, and three packages that wait to be taken.

The ingest role brings them to the screen by itself as soon as it runs. The edges lie below `media`, which the service
itself gives out, so that what was published plays.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from headend.delivery.models import ContentKind, DataCentre, ServerKind, StreamingServer
from headend.ingest.actions.edges import ensure_groups
from headend.ingest.models import Edge, Inbox, ServiceGroup, TransportKind
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import Operator
from headend.roles.demo_vod import draw_poster
from headend.vod.models import VideoProvider

ACTOR = system("demo")
PROVIDER_ID = "lanterna.example"
SECONDS = 24
_EDGES = ("North", "South")


class _Delivered(NamedTuple):
    """A film that the provider delivers; `loop` is what it shows."""

    stem: str
    name: str
    loop: str
    year: int
    genre: str
    text: str


_FILMS = (
    _Delivered("salt", "Salt and Wind", "local", 2022, "Drama", "Two brothers sell the last boat of the harbour."),
    _Delivered("tram", "The Last Tram", "history", 2019, "Documentary", "A town takes leave of line seven."),
    _Delivered("garden", "Winter Garden", "science", 2025, "Thriller", "Somebody waters the plants of an empty house."),
)


def add_ingest(operator: Operator, data: Path, centre: DataCentre) -> None:
    """Give an operator a provider's inbox with packages in it, and where these go."""
    provider = VideoProvider(operator=operator, name="Lanterna Film")
    save(actor=ACTOR, obj=provider)
    for name in _EDGES:
        _add_edge(operator, data, centre, name)
    ensure_groups(actor=ACTOR, operator_id=operator.pk)
    inbox = Inbox(operator=operator, name="Lanterna Film", path=f"ingest/{operator.pk}/lanterna", provider=provider)
    inbox.stable_seconds = 1
    save(actor=ACTOR, obj=inbox, links={"groups": ServiceGroup.objects.of(operator.pk).filter(has_all_edges=True)})
    folder = data / inbox.path
    folder.mkdir(parents=True, exist_ok=True)
    for number, film in enumerate(_FILMS, 1):
        _deliver(film, number, data / "loops", folder)


def _add_edge(operator: Operator, data: Path, centre: DataCentre, name: str) -> None:
    path = data / "media" / "edges" / name.lower()
    path.mkdir(parents=True, exist_ok=True)
    server = StreamingServer(
        operator=operator,
        name=f"Edge {name}",
        data_centre=centre,
        kind=ServerKind.MASK,
        content=ContentKind.VOD,
        vod_mask=f"/media/edges/{name.lower()}/$file",
        priority=50,  # after the built-in origin, which gives all other titles
    )
    save(actor=ACTOR, obj=server)
    edge = Edge(operator=operator, name=name, transport=TransportKind.FOLDER, path=str(path), server=server)
    save(actor=ACTOR, obj=edge)


def _deliver(film: _Delivered, number: int, loops: Path, folder: Path) -> None:
    """Leave a package in a folder as providers do: its files first, then the description."""
    movie = b"".join(part.read_bytes() for part in sorted((loops / film.loop / "360p").glob("*.ts")))
    files = {f"{film.stem}.ts": movie, f"{film.stem}.png": draw_poster(film.loop, 360, film.name)}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / f"{film.stem}.xml").write_text("\n".join(_described(film, number, files)), encoding="utf-8")


def _described(film: _Delivered, number: int, files: dict[str, bytes]) -> Iterator[str]:
    """The description in ADI 1.1."""
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield "<ADI>"
    told = {"Metadata_Spec_Version": "CableLabsVOD1.1", "LoadMode": "insert", "ServiceGroupID": "Alledges"}
    yield from _metadata(film, "package", number, told)
    yield "<Asset>"
    title = {
        "Type": "title", "Title": film.name, "Title_Brief": film.name, "Summary_Short": film.text, "Rating": "G",
        "Closed_Captioning": "N", "Run_Time": f"00:00:{SECONDS}", "Display_Run_Time": "00:00", "Year": film.year,
        "Category": f"Movies/{film.genre}", "Genre": film.genre, "Show_Type": "Movie", "Billing_ID": f"{number:05}",
        "Licensing_Window_Start": "2026-01-01", "Licensing_Window_End": "2036-12-31", "Preview_Period": 0,
        "Provider_QA_Contact": f"qa@{PROVIDER_ID}",
    }  # fmt: skip
    yield from _metadata(film, "title", number, title)
    for kind, (name, content) in zip(("movie", "poster"), files.items(), strict=True):
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        about = {"Type": kind, "File_Update": True, "Content_FileSize": len(content), "Content_CheckSum": digest}
        shown = {"Run_Time": f"00:00:{SECONDS}", "Audio_Type": "Mono", "Languages": "en"} if kind == "movie" else {}
        yield "<Asset>"
        yield from _metadata(film, kind, number, about | shown)
        yield f"<Content Value={quoteattr(name)}/></Asset>"
    yield "</Asset></ADI>"


def _metadata(film: _Delivered, kind: str, number: int, values: Mapping[str, object]) -> Iterator[str]:
    letter = {"package": "P", "title": "T", "movie": "M", "poster": "I"}[kind]
    ams = {
        "Asset_Name": f"{film.name}, {kind}", "Asset_ID": f"LAN{letter}{number:016}", "Asset_Class": kind,
        "Provider": "Lanterna Film", "Provider_ID": PROVIDER_ID, "Product": "SVOD", "Version_Major": 1,
        "Version_Minor": 0, "Description": film.text, "Creation_Date": "2026-11-01",
    }  # fmt: skip
    yield f"<Metadata><AMS {' '.join(f'{name}={quoteattr(str(value))}' for name, value in ams.items())}/>"
    for name, value in values.items():
        yield f'<App_Data App="SVOD" Name="{name}" Value={quoteattr(str(value))}/>'
    yield "</Metadata>"

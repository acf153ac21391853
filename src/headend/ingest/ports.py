"""What ingest asks of the world: formats of packages, probes of media, encryptors and ways to the edges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from headend.ingest.rules.states import Kind, LoadMode

# --- packages ---


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something in a package that is not as its format says. `line` counts from 1, 0 is the package as a whole;
    `place` names the element or file, `value` is what stands there. `is_refusal`: the package cannot be used."""

    message: str
    line: int = 0
    place: str = ""
    value: str = ""
    is_refusal: bool = False


class FileRole(StrEnum):
    MOVIE = "movie"
    PREVIEW = "preview"
    POSTER = "poster"
    COVER = "cover"
    OTHER = "other"


PICTURES = frozenset({FileRole.POSTER, FileRole.COVER})


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A file of a package, by its plain name in the package's folder.

    `is_updated` is File_Update: the file comes with the package and has to be published. `size` in bytes and `md5` in
    lower-case hex as the package says them, None and "" where it does not. `seconds` is its stated run time, 0 unknown.
    """

    role: FileRole
    name: str
    asset_id: str = ""
    is_updated: bool = True
    size: int | None = None
    md5: str = ""
    seconds: int = 0
    languages: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()
    is_hd: bool = False
    aspect: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TitleMetadata:
    """What a package says of its title; "", 0 and None where it says nothing. Times carry their zone.

    `age` is the rating mapped to years by the profile, `ratings` the provider's own words. `genres` are plain names,
    `categories` paths such as "Movies/Drama".
    """

    name: str
    brief: str = ""
    name_original: str = ""
    summary: str = ""
    summary_short: str = ""
    year: int | None = None
    seconds: int = 0
    ratings: tuple[str, ...] = ()
    age: int = 0
    genres: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    language: str = ""
    studio: str = ""
    series: str = ""
    season: int | None = None
    episode: int | None = None
    episode_name: str = ""
    shown_from: datetime | None = None
    shown_until: datetime | None = None
    suggested_price: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GuideEvent:
    """A programme as a package gives it; `service` is the channel's name with the provider, times carry their zone."""

    number: str
    service: str
    starts_at: datetime
    ends_at: datetime
    title: str
    load_mode: LoadMode = LoadMode.INSERT
    kind: str = ""
    category: str = ""
    rating: str = ""
    age: int = 0
    country: str = ""
    short_description: str = ""
    description: str = ""
    year: int | None = None
    provider: str = ""
    language: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """One unit of work: a title with its files, or events of the guide.

    `asset` identifies the title, "provider.com/ABCD0123456789012345"; guides take their turns by another one
    (`queries.guide_asset`). `groups` are names of service groups, empty: the inbox's own. `wants_encryption` None: the
    profile decides. A guide in XMLTV has no events here: `is_xmltv` says that the file itself is read when it is
    published.
    """

    format: str
    kind: Kind
    asset: str
    load_mode: LoadMode
    version: tuple[int, int] = (1, 0)
    provider: str = ""
    provider_id: str = ""
    product: str = ""
    wants_encryption: bool | None = None
    groups: tuple[str, ...] = ()
    files: tuple[PackageFile, ...] = ()
    title: TitleMetadata | None = None
    events: tuple[GuideEvent, ...] = ()
    is_xmltv: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """How a provider bends the rules. Everything has the specification's own value when a provider keeps to it.

    `zone` is for times without offset. `run_time_unit` reads a bare number as a run time ("seconds" or "minutes").
    `date_formats` are strptime's, tried before those of the format. `ratings` maps the provider's words to years,
    `categories` its words to ours. `load_mode` is for packages that say none; None: verb and version decide.
    `strict` names deviations that refuse a package instead of warning (`deviations.STRICT`). `duration_tolerance` in
    seconds.
    """

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("UTC"))
    date_formats: tuple[str, ...] = ()
    run_time_unit: str = "seconds"
    ratings: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    load_mode: LoadMode | None = None
    encrypts: bool = False
    file_update: bool = True
    strict: frozenset[str] = frozenset()
    duration_tolerance: int = 10
    most_preview_seconds: int = 180


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read: packages, several where one file has several titles, and all deviations in the file's order.

    With a refusal among the deviations no package is used.
    """

    packages: tuple[Package, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    @property
    def refusals(self) -> tuple[Deviation, ...]:
        return tuple(each for each in self.deviations if each.is_refusal)


class PackageFormat(Protocol):
    """A format of packages. Entities and external references are never resolved."""

    name: ClassVar[str]

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins so may be of this format; `head` is its first 4 KiB."""

    def read(self, data: bytes, profile: Profile) -> Parsed:
        """Read a whole file. Raises NotAPackage when it is not even well-formed; else bad input is a deviation."""


# --- media ---

Progress: TypeAlias = Callable[[int], None]
"""Is told how many bytes of a file are done, now and then; raises Stopped or LeaseLost when the work shall end."""


def no_progress(_done: int) -> None:
    """A progress that nobody wants to hear of."""


@dataclass(frozen=True, slots=True)
class Track:
    kind: str  # video, audio, subtitle, other
    codec: str = ""
    language: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """What a media file really holds; `seconds` 0 where it does not say."""

    container: str
    seconds: float
    tracks: tuple[Track, ...]


class Prober(Protocol):
    def probe(self, path: Path, *, progress: Progress = no_progress) -> Probe:
        """Look into a media file. Raises NotProbed, BrokenOff where it was ended before it could tell, and what
        `progress` raises."""

    def picture(self, path: Path) -> tuple[int, int]:
        """Decode a whole picture; gives its width and height. Raises NotProbed, and BrokenOff as `probe` does."""


# --- the way out ---


@dataclass(frozen=True, slots=True)
class EdgeAddress:
    """Where and how an edge is reached; `password` is in clear here and must never be logged. `path` is its folder,
    `options` what only some transports know (for multicast: address, port, interface, uid ...)."""

    name: str
    host: str = ""
    port: int = 0
    username: str = ""
    password: str = ""
    path: str = ""
    bytes_per_second: int = 0
    options: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"EdgeAddress({self.name!r})"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it lies on an edge; `sha256` is "" where the edge cannot tell and nobody re-read it."""

    size: int
    sha256: str = ""


class EdgeTransport(Protocol):
    """A way to one edge. Nothing half-written is ever seen under the name asked for: a transfer goes into
    `<name>.part`, is resumed there, compared by size and checksum, and renamed. Raises TransferFailed."""

    def __init__(self, edge: EdgeAddress) -> None: ...

    def send(self, source: Path, name: str, *, sha256: str, progress: Progress = no_progress) -> Stored:
        """Bring a file to the edge under `name`, a relative path whose folders are made. Sent again it is not sent
        twice: a file that is there already and equal is left alone. Passes on what `progress` raises, leaving the
        part for the next time."""

    def remove(self, name: str) -> None:
        """Take a file and its part off the edge; one that is not there is no error."""

    def find(self, name: str) -> Stored | None:
        """Say what lies under a name; None when nothing does."""

    def check(self) -> None:
        """Make sure that the edge is there, lets us in and can be written to."""


class GroupTransport(Protocol):
    """A way to many edges at once."""

    def send(
        self, source: Path, name: str, edges: Sequence[EdgeAddress], *, progress: Progress = no_progress
    ) -> Mapping[str, bool]:
        """Bring a file to all edges; says by edge name who has it whole. The others are sent to one by one."""


# --- encryption ---


@dataclass(frozen=True, slots=True)
class ContentKey:
    """A key of a title's files: 16 bytes each, in hex; never logged. `scheme` is that of Common Encryption (ISO/IEC
    23001-7) which it is used with, "cbcs" or "cenc"."""

    key_id: str
    key: str = field(repr=False)
    scheme: str = "cbcs"


@dataclass(frozen=True, slots=True)
class Encrypted:
    """What an encryptor made: files by their path relative to the target folder, and those a player begins with."""

    files: tuple[str, ...]
    hls: str = ""
    dash: str = ""


class Encryptor(Protocol):
    """Makes of a movie what edges serve. `is_manual`: a person does it, and tells of it."""

    is_manual: ClassVar[bool]

    def encrypt(
        self, source: Path, target: Path, key: ContentKey | None, *, progress: Progress = no_progress
    ) -> Encrypted:
        """Write encrypted (or with no key: packaged) files into an empty folder. Raises EncryptionFailed, and
        BrokenOff where it was ended before it was done."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the engine works with; roles wire it."""

    formats: Mapping[str, PackageFormat]
    transports: Mapping[str, Callable[[EdgeAddress], EdgeTransport]]
    encryptors: Mapping[str, Encryptor]
    prober: Prober
    multicast: GroupTransport | None = None
    sealing_key: str = field(default="", repr=False)

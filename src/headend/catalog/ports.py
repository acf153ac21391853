"""What comes in from guides and channel lists, as plain values; readers of formats make them, actions take them."""

from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import BinaryIO, Protocol, TypeAlias

import msgspec

from headend.catalog.rules import EntryDraft


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong at one place of an input. `line` counts from 1, 0 is the input as a whole.

    `is_loss`: something was left out because of it; otherwise it came in, though not as the input said.
    """

    line: int
    message: str
    name: str = ""
    is_loss: bool = True


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in entries or programmes; `skipped` were left out, `errors` of them because they were bad.

    `problems` says what was wrong where; of very many, the first.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    errors: int = 0
    problems: tuple[Problem, ...] = ()


# --- channel lists ---


@dataclass(frozen=True, slots=True)
class ListHeader:
    """What a channel list says of itself: where its guides are."""

    guide_urls: tuple[str, ...] = ()


ListItem: TypeAlias = ListHeader | EntryDraft | Problem


class ChannelListFormat(Protocol):
    """Reads one format of channel lists."""

    def __call__(self, stream: BinaryIO) -> Iterator[ListItem]:
        """Give a list's entries in order, the header first if there is one; constant memory.

        A bad entry is a Problem and the reading goes on; NotAChannelList when the whole input is something else.
        """


# --- guides ----------------------------------------------------------------------------------------------------------


NOTHING: Mapping[str, str] = MappingProxyType({})


class Credits(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Who made a programme: names in falling importance; `parts` says what part an actor plays, by name."""

    directors: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    producers: tuple[str, ...] = ()
    composers: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    presenters: tuple[str, ...] = ()
    commentators: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    parts: Mapping[str, str] = NOTHING


class Episode(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Which episode it is, all counted from 1, None where the guide does not say; `of_…` are the totals.

    `onscreen` is what the makers write ("S02E05"); `ids` are other systems' numbers by the system's name.
    """

    season: int | None = None
    of_seasons: int | None = None
    number: int | None = None
    of_numbers: int | None = None
    part: int | None = None
    of_parts: int | None = None
    onscreen: str = ""
    ids: Mapping[str, str] = NOTHING


class ProgrammeDetails(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a guide says of a programme beside times, title and age; `Programme.details` is this as a JSON object.

    `language` is that of the title. What comes in several languages has its first form in the singular and the others,
    by language code, in the plural: `descriptions.get(wanted) or description` is right for every reader.

    `categories` are the source's own words. `date` is when it was made, from "1999" to "19991231". `ratings` and
    `stars` are the guide's own texts by rating system ("" when it names none): "16+", "7.5/10". `captions` are some of
    "teletext", "onscreen", "deaf-signed". `shown_before` is "yes", or the start of the earlier showing.
    """

    language: str = ""
    titles: Mapping[str, str] = NOTHING
    subtitle: str = ""
    subtitles: Mapping[str, str] = NOTHING
    description: str = ""
    descriptions: Mapping[str, str] = NOTHING
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    credits: Credits | None = None
    episode: Episode | None = None
    date: str = ""
    countries: tuple[str, ...] = ()
    icons: tuple[str, ...] = ()
    url: str = ""
    ratings: Mapping[str, str] = NOTHING
    stars: Mapping[str, str] = NOTHING
    original_language: str = ""
    spoken_language: str = ""
    length_seconds: int = 0
    shown_before: str = ""
    premiere: str = ""
    is_new: bool = False
    is_last_chance: bool = False
    captions: tuple[str, ...] = ()
    quality: str = ""
    aspect: str = ""
    audio: str = ""
    catchup_id: str = ""


class ChannelDraft(msgspec.Struct, frozen=True, gc=False):
    """A channel as a guide names it; `names` in the guide's order, the first is the main one."""

    line: int
    guide_id: str
    names: tuple[str, ...] = ()
    icon_url: str = ""


class ProgrammeDraft(msgspec.Struct, frozen=True, gc=False):
    """A programme as a guide gives it. `start` and `stop` are seconds since the epoch, `stop` None when not given.

    `fingerprint` is a signed 64-bit digest of all that the guide says of it; 0 where the reader made none.
    """

    line: int
    guide_id: str
    start: int
    stop: int | None
    title: str
    age: int = 0
    details: ProgrammeDetails = ProgrammeDetails()
    fingerprint: int = 0


class KnownProgramme(msgspec.Struct, frozen=True, gc=False):
    """A programme about which a guide says exactly what it said before, told by its fingerprint."""

    line: int
    guide_id: str
    start: int
    stop: int | None
    fingerprint: int


GuideItem: TypeAlias = ChannelDraft | ProgrammeDraft | KnownProgramme | Problem


class Known(Protocol):
    """What was said before, so that it need not be taken apart again."""

    salt: bytes
    """What the making of a programme depends on besides the guide; goes into every fingerprint."""

    def __contains__(self, fingerprint: object) -> bool:
        """Say whether a fingerprint, a signed 64-bit digest of all that was said of a programme, is known."""


class GuideFormat(Protocol):
    """Reads one format of guides."""

    def __call__(self, stream: BinaryIO, *, zone: tzinfo, known: Known | None = None) -> Iterator[GuideItem]:
        """Give a guide's channels and programmes in its order; constant memory. `zone` is for times without offset.

        Without `known` no fingerprints are needed, and every programme is a draft.

        A bad channel or programme is a Problem and the reading goes on. NotAGuide when the input is something else,
        GuideBroken when it cannot be read to its end: what came before must then not be used either.
        """


@dataclass(frozen=True, slots=True)
class GuideReport(ImportReport):
    """What a guide import did, in programmes; `removed` were taken back by the guide, `channels_…` are its channels.

    `repeated` stood in the guide more than once, word for word, and count once above.
    `is_unmodified`: the source said that nothing changed since it was fetched last.
    """

    removed: int = 0
    repeated: int = 0
    channels_created: int = 0
    channels_updated: int = 0
    is_unmodified: bool = False


# --- where inputs come from ---


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about the version it gave (RFC 9110, section 8.8); "" where it said nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: `stream` is None when the server said that nothing has changed (304)."""

    stream: BinaryIO | None
    validators: Validators


class Fetch(Protocol):
    """Opens files and addresses."""

    def __call__(self, source: str, *, known: Validators | None = None) -> AbstractContextManager[Fetched]:
        """Open a file or an http(s) address, unpacked; `known` is what the last answer said. Raises FetchFailed."""


# --- pictures ---


class Pictures(Protocol):
    """Keeps the pictures that people and programs hand in."""

    def fetch(self, url: str) -> bytes:
        """Get what stands at an http(s) address of the public internet. Raises FetchFailed."""

    def keep(self, data: bytes, limit: tuple[int, int], *, is_blurred: bool = False) -> str:
        """Check a picture, make it fit into a width and height, and keep it; gives its path, "/media/…".

        The same picture has the same path, and what stands there never changes. Raises PictureRefused.
        """

    def has(self, path: str) -> bool:
        """Say whether something is kept under a path."""

    def sweep(self, used: Container[str], now: datetime, spare: timedelta) -> int:
        """Delete what is not among these paths and has not been for some time; says how many pictures."""

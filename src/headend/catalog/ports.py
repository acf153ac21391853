"""What comes in from guides and channel lists, as plain values; readers of formats make them, actions take them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class Problem:
    """What was wrong at one place of an input. `line` counts from 1, 0 is the input as a whole.

    `is_loss`: something was left out because of it; otherwise it came in, though not as the input said.
    """

    line: int
    message: str
    name: str = ""
    is_loss: bool = True


# --- channel lists ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListHeader:
    """What a channel list says of itself: where its guides are."""

    guide_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """One entry of a channel list, as the list says it.

    `url` is "" when the list gives no address that can be played; `groups` are in the list's order, the first is the
    main one; `catchup` has some of "mode" (`default append shift flussonic flussonic-ts xc vod`), "source" and
    "correction" (hours); `archive_days` 0 is no catch-up; `headers` are HTTP headers, `properties` what only some
    players understand ("KODIPROP:…", "EXTVLCOPT:…").
    """

    line: int
    name: str
    url: str = ""
    guide_id: str = ""
    guide_name: str = ""
    number: int | None = None
    logo: str = ""
    groups: tuple[str, ...] = ()
    shift_minutes: int = 0
    catchup: Mapping[str, str] = field(default_factory=dict)
    archive_days: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    is_radio: bool = False
    is_video: bool = False
    is_adult: bool = False


ListItem: TypeAlias = ListHeader | EntryDraft | Problem


class ChannelListFormat(Protocol):
    """Reads one format of channel lists."""

    def __call__(self, stream: BinaryIO) -> Iterator[ListItem]:
        """Give a list's entries in order, the header first if there is one; constant memory.

        A bad entry is a Problem and the reading goes on; NotAChannelList when the whole input is something else.
        """

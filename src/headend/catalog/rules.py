"""Decisions of the catalogue, pure: over plain values, without Django."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from headend.kernel.names import ChannelName, GuideId, read_guide_id, read_name, same_country, similarity

# --- guides: from what age a programme is ---

OLDEST_AGE = 21

# What boards write that is not simply a number. Of a letter that means several things, the stricter.
_AGES = {
    **dict.fromkeys(
        ("U", "G", "TV-G", "TV-Y", "AL", "TP", "TOUS PUBLICS", "T", "E", "ALL", "APPROVED", "BTL", "0+"), 0
    ),
    **{"UC": 0, "PG": 8, "TV-PG": 10, "12A": 12, "M": 15, "MA": 15, "MA15+": 15, "TV-MA": 17, "R": 17, "X": 18},
    **{"NC-17": 18, "R18": 18, "AO": 18, "ADULT": 18, "VM12": 12, "VM14": 14, "VM18": 18},
}


@lru_cache(1000)
def said_age(rating: str) -> int | None:
    """Read the age from which a rating lets people watch: "16+", "PG-13", "FSK 12", "TV-MA"; None when it says none."""
    word = rating.strip().upper()
    if word in _AGES:
        return _AGES[word]
    number = re.search(r"\d{1,3}", word)
    return int(number[0]) if number and int(number[0]) <= OLDEST_AGE else None


def age_of(rating: str) -> int:
    """`said_age`, and 0 when a rating says none."""
    return said_age(rating) or 0


def oldest_age(ratings: Mapping[str, str]) -> int:
    """The strictest age among a programme's ratings, which are given by rating system."""
    return max(map(age_of, ratings.values()), default=0)


# --- channel lists: which entry is which channel ---


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


PARTS = ("url", "guide_id", "name", "number", "logo", "groups", "catchup", "headers", "player", "adult", "shift")
"""What of an entry is compared between two imports, in the order of an import key; the first three identify it."""

# From what is surely the same entry to what is probably the same; a lone part must be the only one of its kind.
_PAIRINGS = (("url", "guide_id", "name"), ("guide_id", "name"), ("url", "name"), ("url", "guide_id"))
_LONE_PAIRINGS = (("guide_id",), ("url",), ("name",))


@dataclass(frozen=True, slots=True)
class ImportKey:
    """What a list said of a channel when it was last read, as digests of its parts; kept with the channel.

    It tells an entry that the list has changed from a channel that somebody has changed here: only the former is
    written again. `is_gone`: the channel was disabled because its entry had left the list.
    """

    digests: tuple[str, ...]
    is_gone: bool = False

    def __str__(self) -> str:
        return ("-" if self.is_gone else "+") + ".".join(self.digests)


def read_import_key(text: str) -> ImportKey | None:
    """Read a key back; None for what is no key of ours."""
    digests = tuple(text[1:].split("."))
    if len(digests) == len(PARTS) - 1:  # written before shifts were compared
        digests += ("",)
    return ImportKey(digests, text[0] == "-") if text[:1] in ("+", "-") and len(digests) == len(PARTS) else None


def import_key(entry: EntryDraft) -> ImportKey:
    """Make the key of an entry: 72 bits of each part that identifies it, 36 of the others; "" for an empty part."""
    # The shift once stood where the 0 is; without it, keys that are kept would all have changed.
    player = (sorted(entry.properties.items()), entry.is_radio, 0, entry.guide_name)
    values = (
        entry.url,
        entry.guide_id,
        entry.name,
        entry.number,
        entry.logo,
        entry.groups,
        (sorted(entry.catchup.items()), entry.archive_days) if entry.catchup else None,
        sorted(entry.headers.items()),
        player if any(player) else None,
        entry.is_adult,
        entry.shift_minutes,
    )
    return ImportKey(tuple(_digest(value, 12 if place < 3 else 6) for place, value in enumerate(values)))


def _digest(value: object, letters: int) -> str:
    if not value:
        return ""
    text = value if isinstance(value, str) else repr(value)
    return urlsafe_b64encode(blake2b(text.encode("utf-8", "replace"), digest_size=9).digest()).decode()[:letters]


def pair_entries(known: Mapping[int, ImportKey], entries: Sequence[ImportKey]) -> dict[int, int]:
    """Find which entry is which known channel: {place in `entries`: channel}.

    An entry is found again although its address, its guide id or its name changed, as long as the rest tells it
    apart. Repeated entries are paired in order.
    """
    pairs: dict[int, int] = {}
    free, asking = dict(known), dict(enumerate(entries))
    for parts in (PARTS, *_PAIRINGS, *_LONE_PAIRINGS):
        waiting = _by_digests(parts, free)
        for digests, places in _by_digests(parts, asking).items():
            channels = waiting.get(digests, [])
            if len(parts) > 1 or len(channels) == len(places) == 1:
                pairs |= zip(places, channels, strict=False)
        taken = set(pairs.values())
        free = {channel: key for channel, key in free.items() if channel not in taken}
        asking = {place: key for place, key in asking.items() if place not in pairs}
    return pairs


def _by_digests(parts: tuple[str, ...], keys: Mapping[int, ImportKey]) -> dict[tuple[str, ...], list[int]]:
    """Group keys by these parts; parts that are all empty identify nothing."""
    positions = [PARTS.index(part) for part in parts]
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, key in keys.items():
        digests = tuple(key.digests[position] for position in positions)
        if any(digests):
            groups.setdefault(digests, []).append(number)
    return groups


def changed_parts(before: ImportKey, after: ImportKey) -> frozenset[str]:
    """Name the parts in which an entry differs from what it was."""
    return frozenset(part for part, a, b in zip(PARTS, before.digests, after.digests, strict=True) if a != b)


LONGEST_NAME = LONGEST_GUIDE_ID = 200
LONGEST_LOGO = 1000
LONGEST_URL = 2000
MOST_GROUPS = 20


def fit_entry(entry: EntryDraft) -> tuple[EntryDraft, list[str]]:
    """Cut an entry down to what a channel can hold, and say what was lost."""
    changes: dict[str, Any] = {}
    remarks: list[str] = []
    if len(entry.name) > LONGEST_NAME:
        changes["name"] = entry.name[:LONGEST_NAME].strip()
        remarks.append(f"the name is cut to {LONGEST_NAME} characters")
    for part, longest in (("guide_id", LONGEST_GUIDE_ID), ("url", LONGEST_URL), ("logo", LONGEST_LOGO)):
        if len(getattr(entry, part)) > longest:
            changes[part] = ""
            remarks.append(f"the {part.replace('_', ' ')} is longer than {longest} characters and left out")
    groups = tuple(dict.fromkeys(group[:LONGEST_NAME].strip() for group in entry.groups))[:MOST_GROUPS]
    if groups != entry.groups:
        changes["groups"] = groups
        remarks.append("groups are cut")
    return (replace(entry, **changes) if changes else entry), remarks


# --- a channel's own shift of its guide ---

SHIFT = "guide_shift_minutes"
"""Under `list` in a channel's extra data: as the channel list gave it (`tvg-shift`), or as somebody set it here."""

LONGEST_SHIFT = 24 * 60


def shift_of(meta: object) -> int:
    """By how many minutes a channel's programmes are later than in its guide; 0 where nothing sensible is said."""
    listed = meta.get("list") if isinstance(meta, dict) else None
    minutes = listed.get(SHIFT) if isinstance(listed, dict) else None
    return minutes if type(minutes) is int and abs(minutes) <= LONGEST_SHIFT else 0


def with_shift(meta: object, minutes: int) -> dict[str, Any]:
    """The extra data with another shift; what else it holds stays."""
    return with_listed(meta, {SHIFT: minutes} if minutes else {}, (SHIFT,))


def with_listed(meta: object, listed: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The extra data with these names under `list` as `listed` has them, or without them; what else it holds stays."""
    kept = dict(meta) if isinstance(meta, dict) else {}
    before = kept.pop("list", None)
    after = dict(before) if isinstance(before, dict) else {}
    for name in names:
        after.pop(name, None)
        if name in listed:
            after[name] = listed[name]
    return kept | {"list": after} if after else kept


# --- guide matching ---


class MatchKind(StrEnum):
    """How the guide of a channel was found; AMBIGUOUS: several guide channels would do, a person must choose."""

    NONE = "none"
    BY_ID = "by_id"
    BY_NAME = "by_name"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class GuideNames:
    """A channel of a guide. `rank` orders the sources: where two have the same channel, the lower rank is taken."""

    id: int
    guide_id: str
    names: tuple[str, ...]
    rank: int = 0


@dataclass(frozen=True, slots=True)
class ChannelNames:
    """A channel that looks for its guide; `current` is the guide channel it has."""

    id: int
    guide_id: str
    names: tuple[str, ...]
    current: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A guide channel that may be meant; `score` from 0 to 1, 1 for the same id or name."""

    id: int
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a channel; `candidates` holds those that it could not choose between."""

    kind: MatchKind
    guide_channel: int | None = None
    candidates: tuple[int, ...] = ()


NO_MATCH = Match(MatchKind.NONE)
LEAST_SCORE = 0.6
# A word that stands in more names than this ("tv", "sport") finds nobody.
_COMMON_WORD = 200


@dataclass(frozen=True, slots=True)
class _Named:
    """One name of a guide channel; `country` is that of the name, else that of the id."""

    guide: GuideNames
    name: ChannelName
    country: str


class GuideIndex:
    """The channels of all guides by id and by name, made once for many questions."""

    def __init__(self, guides: Iterable[GuideNames]) -> None:
        self._by_id: dict[str, list[GuideNames]] = {}
        self._by_folded_id: dict[str, list[GuideNames]] = {}
        self._by_stem: dict[str, list[tuple[GuideNames, GuideId]]] = {}
        self._by_key: dict[tuple[str, int], list[_Named]] = {}
        self._by_word: dict[str, list[_Named]] = {}
        for guide in sorted(guides, key=lambda guide: (guide.rank, guide.id)):
            self._add(guide)

    def _add(self, guide: GuideNames) -> None:
        guide_id = read_guide_id(guide.guide_id)
        self._by_id.setdefault(guide.guide_id, []).append(guide)
        self._by_folded_id.setdefault(guide_id.folded, []).append(guide)
        self._by_stem.setdefault(guide_id.stem, []).append((guide, guide_id))
        for name in dict.fromkeys(read_name(text) for text in guide.names):
            named = _Named(guide, name, name.country or guide_id.country)
            self._by_key.setdefault((name.key, name.shift_hours), []).append(named)
            for word in set(name.words):
                self._by_word.setdefault(word, []).append(named)

    def match(self, channel: ChannelNames) -> Match:
        """Find the guide of a channel: by its id, else by its name; never a guess between several."""
        guides = self._with_id(channel.guide_id)
        if guides:
            return Match(MatchKind.BY_ID, _choose(guides, channel.current))
        ambiguous = NO_MATCH
        for name, country in _names_of(channel):
            guides = self._with_name(name, country)
            if len(guides) == 1 or channel.current in [guide.id for guide in guides]:
                return Match(MatchKind.BY_NAME, _choose(guides, channel.current))
            if guides and ambiguous is NO_MATCH:
                ambiguous = Match(MatchKind.AMBIGUOUS, candidates=tuple(guide.id for guide in guides))
        return ambiguous

    def candidates(self, channel: ChannelNames, limit: int = 5) -> list[Candidate]:
        """Give the guide channels that may be meant, the likeliest first."""
        scores = {guide.id: (1.0, guide.rank) for guide in self._with_id(channel.guide_id)}
        for name, country in _names_of(channel):
            wanted = replace(name, country=country)
            for named in self._sharing_a_word(name):
                score = similarity(wanted, replace(named.name, country=named.country))
                if score >= LEAST_SCORE and score > scores.get(named.guide.id, (0.0, 0))[0]:
                    scores[named.guide.id] = (score, named.guide.rank)
        ranked = sorted(scores.items(), key=lambda item: (-item[1][0], item[1][1], item[0]))
        return [Candidate(number, round(score, 2)) for number, (score, _) in ranked[:limit]]

    def _with_id(self, text: str) -> list[GuideNames]:
        """Guide channels with this id: the same, or but for case and quality, or but for a country on one side."""
        if not text:
            return []
        wanted = read_guide_id(text)
        same = self._by_id.get(text) or self._by_folded_id.get(wanted.folded)
        if same:
            return same
        alike = [
            (guide, found)
            for guide, found in self._by_stem.get(wanted.stem, ())
            if not (found.country and wanted.country)
        ]
        return [guide for guide, _ in alike] if len({found.folded for _, found in alike}) == 1 else []

    def _with_name(self, name: ChannelName, country: str) -> list[GuideNames]:
        """Guide channels of this name, narrowed down: a known country, the same quality, the first source."""
        found = [
            named
            for named in self._by_key.get((name.key, name.shift_hours), ())
            if name.key and same_country(country, named.country)
        ]
        found = [named for named in found if country and named.country == country] or found
        found = [named for named in found if named.name.quality == name.quality] or found
        first = min((named.guide.rank for named in found), default=0)
        return list({named.guide.id: named.guide for named in found if named.guide.rank == first}.values())

    def _sharing_a_word(self, name: ChannelName) -> Iterator[_Named]:
        """Names with a word in common; words that half of all names have count only when there are no others."""
        yield from self._by_key.get((name.key, name.shift_hours), ())
        found = sorted((self._by_word[word] for word in set(name.words) if word in self._by_word), key=len)
        for named in found[:1] + [names for names in found[1:] if len(names) <= _COMMON_WORD]:
            yield from named[: 10 * _COMMON_WORD]


def _choose(guides: Sequence[GuideNames], current: int | None) -> int:
    """Keep the one that a channel has if it is among them: a new source does not take over."""
    return current if current in [guide.id for guide in guides] else guides[0].id


def _names_of(channel: ChannelNames) -> Iterator[tuple[ChannelName, str]]:
    country = read_guide_id(channel.guide_id).country
    for name in dict.fromkeys(read_name(text) for text in channel.names):
        if name.key:
            yield name, name.country or country

"""Names of television channels, made comparable: what two lists write differently for one and the same channel.

Quality ("HD", "4K"), country tags ("UK:", "(AU)"), marks (Ⓖ, flags), case, accents, punctuation and spaces do not
tell channels apart; numbers and a shift ("+1") do.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

QUALITIES = {
    **dict.fromkeys(("lq", "sd", "240p", "360p", "480p", "480i", "540p", "576p", "576i"), 1),
    **dict.fromkeys(("hd", "hq", "720p", "720i"), 2),
    **dict.fromkeys(("fhd", "fullhd", "1080p", "1080i"), 3),
    **dict.fromkeys(("uhd", "qhd", "4k", "8k", "2160p", "4320p", "ultrahd"), 4),
    **dict.fromkeys(("hevc", "h264", "h265", "x264", "x265", "hdr", "50fps", "60fps"), 0),
}
"""Words that say how good the picture is, and how good: 1 standard, 2 high, 3 full high, 4 ultra high definition."""

# ISO 3166-1 codes by first letter, and xk for Kosovo; without tv, which is seldom Tuvalu in a channel's name.
_SECOND_LETTERS = {
    "a": "defgilmortuwz",
    "b": "abdefghijmnorstwyz",
    "c": "adfghilmnoruvyz",
    "d": "ejkmoz",
    "e": "cegrst",
    "f": "ijor",
    "g": "abdefhilmnpqrtwy",
    "h": "knrtu",
    "i": "delnqrst",
    "j": "mop",
    "k": "eghmprwyz",
    "l": "abcikrstuvy",
    "m": "acdegklmnoqrtuvwxyz",
    "n": "aegilopz",
    "o": "m",
    "p": "aefghklrsty",
    "q": "a",
    "r": "eosuw",
    "s": "acdegiklmnorstvyz",
    "t": "cdghjlmnortwz",
    "u": "agsyz",
    "v": "aceginu",
    "w": "s",
    "x": "k",
    "y": "et",
    "z": "amw",
}
COUNTRIES = frozenset(first + second for first, seconds in _SECOND_LETTERS.items() for second in seconds)

ALIASES = {"uk": "gb", "usa": "us", "uae": "ae", "ksa": "sa", "ger": "de", "esp": "es", "ita": "it", "fra": "fr"}

NUMERALS = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
GENERIC = frozenset({"tv", "channel", "television", "kanal", "canal", "the", "network", "телеканал", "канал", "тв"})
UNSAID = frozenset({"geo", "geoblocked", "backup", "not247", "multi", "multisub", "multiaudio", "vip"})
"""Words in brackets that say something of the stream, not of the channel."""

_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ð": "d"})
# Parenthesised, circled and squared letters; not circled digits, which are numbers.
_MARKS = re.compile("[\u249c-\u24e9\U0001f110-\U0001f1e5]")
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_ACCENTS = re.compile("[\u0300-\u036f]")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]{0,40})[)\]]")
_PREFIX = re.compile(r"\W{0,3}([a-z]{2,3})\s?[:|]\s?(?=\S)")
_SHIFT = re.compile(r"(?<!\d)\s?\+(\d{1,2})\s?(?:h|hr|hrs|hour|hours)?(?=\s|$)")
_SHIFT_AT_END = re.compile(r"\s?\+(\d{1,2})\s?(?:h|hr|hrs|hour|hours)?\s*$")
_WORD = re.compile(r"[^\W_]+")
_TWO_WORDS = {"full hd": "fullhd", "ultra hd": "ultrahd"}
_DIGITS = re.compile(r"\d+")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class ChannelName:
    """A name made comparable. `key` is "" when nothing is left; `quality` 0 and `country` "" when not said."""

    words: tuple[str, ...]
    key: str
    shift_hours: int = 0
    quality: int = 0
    country: str = ""


def read_name(text: str) -> ChannelName:
    """Take a channel's name apart. Only the first 200 characters count."""
    text = text[:LONGEST]
    flag = _FLAG.search(text)
    country = "".join(chr(ord(letter) - ord("\U0001f1e6") + ord("a")) for letter in flag.groups()) if flag else ""
    text = _plain(_FLAG.sub(" ", text))
    text, tag, bracketed = _without_tags(text)
    text, shift = _without_shift(text)
    words = _words(text)
    kept = tuple(word for word in words if word not in QUALITIES) or tuple(words)
    quality = max((QUALITIES.get(word, 0) for word in (*words, *bracketed)), default=0)
    return ChannelName(kept, "".join(kept), shift, quality, country_code(country or tag))


def fold(text: str) -> str:
    """Make a text comparable for searching: lower case, no accents, single blanks; in every script."""
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    """Lower case without accents and marks; superscripts become plain letters (ᴴᴰ is hd)."""
    text = unicodedata.normalize("NFKC", _MARKS.sub(" ", text)).casefold().translate(_LETTERS)
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    # Back again: a Japanese sound mark belongs to its letter, only Latin, Greek and Cyrillic accents are gone.
    return unicodedata.normalize("NFC", text).strip()


def _without_tags(text: str) -> tuple[str, str, list[str]]:
    """Cut off what brackets and a prefix say of country and stream: the rest, the country, the quality words."""
    countries: list[str] = []
    said: list[str] = []

    def cut(found: re.Match[str]) -> str:
        inside = found[1].strip()
        if inside.startswith("+"):
            return f" {inside} "
        bare = "".join(_WORD.findall(inside))
        if country_code(bare):
            countries.append(bare)
        elif bare in QUALITIES or bare in UNSAID:
            said.append(bare)
        else:
            return f" {inside} "
        return " "

    text = _BRACKETS.sub(cut, text)
    prefix = _PREFIX.match(text)
    if prefix and country_code(prefix[1]):
        countries.append(prefix[1])
        text = text[prefix.end() :]
    return text, countries[0] if countries else "", said


def _without_shift(text: str) -> tuple[str, int]:
    """Find "+1" as a word, or at the end behind a letter: "Film4+1" is shifted, "1+1" and "Canal+" are names."""
    bare = " ".join(word for word in text.split() if word not in QUALITIES)
    for pattern in (_SHIFT, _SHIFT_AT_END):
        found = pattern.search(bare)
        if found and any(letter.isalpha() for letter in bare[: found.start()]):
            return bare[: found.start()] + " " + bare[found.end() :], int(found[1])
    return text, 0


def _words(text: str) -> list[str]:
    text = text.replace("&", " and ").replace("+", " plus ").replace(".", "").replace("'", "").replace("’", "")
    for pair, word in _TWO_WORDS.items():
        text = text.replace(pair, word)
    words = _WORD.findall(text)
    return words[:1] + [NUMERALS.get(word, word) for word in words[1:]]


def country_code(text: str) -> str:
    """Give the two-letter code of a country's usual short name, "" when it is none: "UK" is gb."""
    text = text.casefold()
    text = ALIASES.get(text, text)
    return text if text in COUNTRIES else ""


@dataclass(frozen=True, slots=True)
class GuideId:
    """A guide id taken apart: "BBCOne.uk@HD" has the stem "bbcone" and the country gb."""

    folded: str
    stem: str
    country: str


def read_guide_id(text: str) -> GuideId:
    """Take a guide id apart: case, a quality behind "@", a country behind the last dot."""
    folded = text.strip().casefold().partition("@")[0]
    stem, _, suffix = folded.rpartition(".")
    country = country_code(suffix) if stem and len(suffix) == 2 else ""
    return GuideId(folded, stem if country else folded, country)


def same_name(a: ChannelName, b: ChannelName) -> bool:
    """Say whether two names may mean one channel: same key and shift, and no two different countries."""
    return bool(a.key) and a.key == b.key and a.shift_hours == b.shift_hours and same_country(a.country, b.country)


def same_country(a: str, b: str) -> bool:
    """Say whether two countries may be one; an unknown one ("") may be any."""
    return not a or not b or a == b


def similarity(a: ChannelName, b: ChannelName) -> float:
    """Say how alike two names are, from 0 to 1: the share of letter pairs in common (Sørensen–Dice).

    0 when they differ in a number, in the shift or in the country: BBC 1 is not nearly BBC 2.
    """
    if same_name(a, b):
        return 1.0
    if a.shift_hours != b.shift_hours or not same_country(a.country, b.country) or _numbers(a) != _numbers(b):
        return 0.0
    if _without_generic(a) == _without_generic(b) != "":
        return 0.95
    return min(0.94, _dice(a.key, b.key))


def _numbers(name: ChannelName) -> list[str]:
    return _DIGITS.findall(name.key)


def _without_generic(name: ChannelName) -> str:
    return "".join(word for word in name.words if word not in GENERIC)


def _dice(a: str, b: str) -> float:
    pairs_a, pairs_b = _pairs(a), _pairs(b)
    total = pairs_a.total() + pairs_b.total()
    return 2 * (pairs_a & pairs_b).total() / total if total else 0.0


def _pairs(key: str) -> Counter[str]:
    return Counter(key[place : place + 2] for place in range(len(key) - 1))

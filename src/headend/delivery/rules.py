"""Address masks, stream tokens and their lifetime: pure, cheap enough to run for every zap.

A mask is text with variables: `http://host/$cid/video-$flpbt-$flpdur.m3u8?token=$token`. It is data, never code.
A stream token is stateless: whoever has the secret can check it without asking anyone.
"""

import hmac
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from headend.delivery.errors import (
    MaskRefused,
    MaskValueRefused,
    TokenExpired,
    TokenForAnotherAddress,
    TokenForAnotherStream,
    TokenForged,
    TokenMalformed,
    UnknownMaskVariable,
)
from headend.kernel.errors import Invalid

LIVE_VARIABLES = ("cid", "prefix", "token", "signed", "account", "session", "ip", "now", "expires", "shift")
"""Variables of a live mask: the channel's id on the server; its address prefix; the session's token; a stateless
token signed with the server's secret; the account's number; the device's session; the device's address ("" when
unknown); the time; the time until which the address is good (both seconds since the epoch, UTC); the server's
time shift in seconds."""

ARCHIVE_VARIABLES = (*LIVE_VARIABLES, "flpbt", "flpdur", "flpend", "flpago")
"""Those of an archive mask also have the period: begin (seconds since the epoch); length in seconds or the word
`now`; end (seconds since the epoch) or the word `now`; how many seconds ago it began."""

SCHEMES = ("http", "https", "rtsp", "rtmp", "rtmps", "rtp", "udp", "igmp", "srt", "mms")

_OPENING = re.compile(rf"(?:{'|'.join(SCHEMES)})://|/")
_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<name>[A-Za-z]+)|\{(?P<braced>[A-Za-z]*)\})?")
_OUTSIDE_URL = re.compile(r"[^!-~]|[\"<>\\^`{|}]")
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")


class Verbatim(str):
    """Text that a mask takes as it is: a placeholder which the player fills in later."""

    __slots__ = ()


type_of_value = str | int
Encode = Callable[[str, type_of_value], str]


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask made ready. `literals` has one entry more than `slots`; text and values alternate."""

    literals: tuple[str, ...]
    slots: tuple[tuple[str, Encode], ...]
    names: frozenset[str]

    def fill(self, values: Mapping[str, type_of_value]) -> str:
        """Put values into the mask, each percent-encoded for where it stands (RFC 3986).

        `values` has every name in `names`. Raises MaskValueRefused for a value that would walk out of its folder.
        """
        parts = [self.literals[0]]
        for (name, encode), literal in zip(self.slots, self.literals[1:], strict=True):
            parts.append(encode(name, values[name]))
            parts.append(literal)
        return "".join(parts)

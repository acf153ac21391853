"""What messages may hold, what waits for an account, when a text that was not sent is sent again. Pure."""

import re
from dataclasses import dataclass
from html import unescape

import nh3

LONGEST_TEXT = 10_000  # characters of HTML
LONGEST_SMS = 1_000  # characters; gateways cut it into parts of 67 or 153
FOREVER = 1 << 62

_TAGS = {
    "a", "b", "blockquote", "br", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol",
    "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"}}
_BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|h[1-4]|li|tr|blockquote|pre)>")
_RETRY_AFTER = (60, 300, 1800, 7200, 21_600)


def clean_html(text: str) -> str:
    """Keep of an HTML text what formats it: no scripts, styles, forms or frames; addresses are http(s) only."""
    cleaned: str = nh3.clean(
        text.strip(), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None
    )
    return cleaned


def plain_text(html: str) -> str:
    """An HTML text as phones and mail boxes get it: its words, a line for each paragraph."""
    words = unescape(nh3.clean(_BREAKS.sub("\n", clean_html(html)), tags=set()))
    lines = [" ".join(line.split()) for line in words.splitlines()]
    return "\n".join(line for line in lines if line)


def next_attempt(attempts: int) -> int | None:
    """Seconds until a text that failed so many times is tried again; None when it is given up."""
    return _RETRY_AFTER[attempts - 1] if attempts <= len(_RETRY_AFTER) else None


@dataclass(frozen=True, slots=True)
class Mail:
    """That something waits for an account. `asks_until`: until then (epoch seconds) its devices have to ask what."""

    has_unread: bool
    asks_until: int = 0


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """An urgent message as a device shows it at once; `text` is HTML."""

    subject: str
    text: str
    no_confirmation: bool


@dataclass(frozen=True, slots=True)
class ToldCommand:
    """A command as a device gets it; `kind` is the wire's: 2 restart the application, 3 reboot the device."""

    kind: int
    needs_confirmation: bool
    deep_link: str
    text: str
    image_url: str


@dataclass(frozen=True, slots=True)
class Notices:
    """What a device is told with its next status, and only then."""

    message: ToldMessage | None = None
    command: ToldCommand | None = None

"""News from RSS and Atom feeds as plain text: titles, descriptions and a picture each."""

from collections.abc import Sequence
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import feedparser

from headend.adapters.fetching import ask_public
from headend.adapters.widgets.keeping import Kept
from headend.catalog.errors import FetchFailed
from headend.portal.errors import SourceRefused, SourceUnreachable
from headend.portal.ports import NewsEntry

KEPT_SECONDS = 300.0
MOST_ENTRIES = 50
LONGEST_TEXT = 2000
OK = 200


class FeedNews:
    """Reads feeds from public addresses and `allowed` networks."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._allowed = tuple(allowed)
        self._kept: Kept[tuple[NewsEntry, ...]] = Kept(KEPT_SECONDS)

    def entries(self, address: str) -> tuple[NewsEntry, ...]:
        """See News; kept for five minutes."""
        return self._kept.get(address, lambda: self._ask(address))

    def _ask(self, address: str) -> tuple[NewsEntry, ...]:
        try:
            answer = ask_public(address, allowed=self._allowed)
        except FetchFailed as error:
            raise SourceUnreachable(str(error)) from error
        if answer.status != OK:
            raise SourceUnreachable(f"the feed answers {answer.status}")
        return read_news(answer.body)


def read_news(body: bytes) -> tuple[NewsEntry, ...]:
    """Read a feed in any of its dialects; raises SourceRefused for what is none."""
    # As a stream: a text would be taken for an address or a file's name if it looked like one.
    feed = feedparser.parse(BytesIO(body))
    if not feed.entries and not feed.get("version"):
        raise SourceRefused("this is no feed")
    return tuple(_entry(entry) for entry in feed.entries[:MOST_ENTRIES])


def _entry(entry: Any) -> NewsEntry:
    summary = _Text(entry.get("summary", ""))
    return NewsEntry(
        title=_Text(entry.get("title", "")).text,
        description=summary.text,
        image_url=_image(entry) or _web(summary.image),
    )


def _image(entry: Any) -> str:
    said = [each.get("url", "") for each in entry.get("media_thumbnail", ())]
    for each in (*entry.get("media_content", ()), *entry.get("enclosures", ())):
        if each.get("medium") == "image" or str(each.get("type", "")).startswith("image/"):
            said.append(each.get("url", "") or each.get("href", ""))
    return next(filter(None, map(_web, said)), "")


def _web(url: str) -> str:
    return url if url.startswith(("http://", "https://")) and len(url) <= LONGEST_TEXT else ""


class _Text(HTMLParser):
    """The text of a piece of HTML, and the first picture in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self.image = ""
        self.feed(html)
        self.close()
        self.text = " ".join("".join(self._parts).split())[:LONGEST_TEXT]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._parts.append(" " if tag in ("br", "p", "div", "li") else "")
        if tag == "img" and not self.image:
            self.image = dict(attrs).get("src") or ""

    def handle_data(self, data: str) -> None:
        self._parts.append(data)

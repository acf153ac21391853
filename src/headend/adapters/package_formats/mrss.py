"""Media RSS: a feed whose items are titles, with their files beside it.

Files come with the package, so that addresses in `url` refuse it: a feed for those who fetch by themselves is none.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import ClassVar
from urllib.parse import urlsplit

from headend.adapters.package_formats.markup import Element, Rooted
from headend.adapters.package_formats.values import NOTHING, Notes, Said, distinct
from headend.ingest.errors import NotAPackage
from headend.ingest.ports import FileRole, Package, PackageFile, Parsed, Profile, TitleMetadata
from headend.ingest.rules.names import asset_key
from headend.ingest.rules.states import Kind, LoadMode

MOST_ITEMS = 1000
HD_LINES = 720


class Mrss(Rooted):
    """See ingest.ports.PackageFormat."""

    name: ClassVar[str] = "mrss"
    root: ClassVar[str] = "rss"

    def read(self, data: bytes, profile: Profile) -> Parsed:
        """See PackageFormat."""
        root = self.tree(data)
        channel = root.first("channel")
        if channel is None:
            raise NotAPackage("it is a feed without a channel", root.line)
        notes = Notes(profile)
        items = channel.all("item")
        if not 0 < len(items) <= MOST_ITEMS:
            notes.add("too_many" if items else "no_titles", Said(str(len(items)), channel.line, "channel"))
            return notes.parsed(())
        provider_id = _host(channel.words("link"))
        return notes.parsed([_Item(item, notes).package(channel, provider_id) for item in items])


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


class _Item:
    """Makes the package of one item. What `media:group` holds counts as standing in the item."""

    def __init__(self, item: Element, notes: Notes) -> None:
        groups = item.all("group")
        self._item = item
        self._notes = notes
        self._contents = [each for place in (item, *groups) for each in place.all("content")]
        self._places = [*self._contents, *groups, item]

    def package(self, channel: Element, provider_id: str) -> Package:
        load_mode = self._notes.profile.load_mode or LoadMode.INSERT
        return Package(
            format=Mrss.name,
            kind=Kind.TITLE,
            asset=self._key(provider_id),
            load_mode=load_mode,
            provider=channel.words("title"),
            provider_id=provider_id,
            groups=self._notes.profile.groups,
            files=tuple(self._files(is_wanted=load_mode is not LoadMode.UNPUBLISH)),
            title=self._metadata(channel),
        )

    def _key(self, provider_id: str) -> str:
        """The feed's host and the item's guid; a guid that is an address or too long stands there as its digest."""
        guid = self._item.words("guid") or self._item.words("link")
        if not guid:
            self._notes.add("no_id", Said("", self._item.line, "guid"))
        host = provider_id or "feed"
        return asset_key(host, guid) or asset_key(host, blake2b(guid.encode(), digest_size=16).hexdigest())

    def _said(self, name: str, attribute: str = "") -> Said:
        """What is said nearest to the file: with the content, the group, or the item."""
        return next((said for said in self._all(name, attribute) if said.text), NOTHING)

    def _all(self, name: str, attribute: str = "") -> Iterator[Said]:
        for place in self._places:
            for each in place.all(name):
                yield Said(each.attributes.get(attribute, "") if attribute else each.text, each.line, name)

    # --- files ---

    def _files(self, *, is_wanted: bool) -> Iterator[PackageFile]:
        is_updated = is_wanted and self._notes.profile.file_update
        movies = [each for each in self._contents if each.attributes.get("expression") != "sample"]
        ranked = sorted(movies, key=lambda each: each.attributes.get("isDefault") != "true")
        for place, content in enumerate(ranked):
            if place:
                self._notes.add("several_versions", Said(content.attributes.get("url", ""), content.line, "content"))
            else:
                yield self._media(content, FileRole.MOVIE, is_updated=is_updated)
        for content in self._contents:
            if content not in movies:
                yield self._media(content, FileRole.PREVIEW, is_updated=is_updated)
        for said in {each.text: each for each in self._all("thumbnail", "url")}.values():
            name = self._notes.file_name(said, is_updated=is_updated)
            yield PackageFile(FileRole.POSTER, name, is_updated=is_updated, line=said.line)

    def _media(self, content: Element, role: FileRole, *, is_updated: bool) -> PackageFile:
        notes = self._notes

        def said(name: str) -> Said:
            return Said(content.attributes.get(name, ""), content.line, f"content {name}")

        seconds = self._length(said("duration"))
        if role is FileRole.PREVIEW and seconds > notes.profile.most_preview_seconds:
            notes.add("long_preview", said("duration"))
        sums = [each for each in content.all("hash") if each.attributes.get("algo", "md5") == "md5"]
        return PackageFile(
            role=role,
            name=notes.file_name(said("url"), is_updated=is_updated),
            is_updated=is_updated,
            size=notes.size(said("fileSize")),
            md5=notes.checksum(Said(sums[0].text, sums[0].line, "hash")) if sums else "",
            seconds=seconds,
            languages=notes.languages([said("lang"), said("language")]),
            is_hd=(notes.number(said("height"), 10**5) or 0) >= HD_LINES,
            line=content.line,
        )

    def _length(self, said: Said) -> int:
        """A duration; here a bare number counts seconds."""
        bare = re.fullmatch(r"(\d{1,6})(\.\d+)?", said.text.strip())
        return int(bare[1]) if bare else self._notes.seconds(said)

    # --- the title ---

    def _metadata(self, channel: Element) -> TitleMetadata | None:
        notes = self._notes
        name = self._said("title").text
        if not name:
            notes.add("no_title", Said("", self._item.line, "item"))
            return None
        ratings = [each for each in self._all("rating") if each.text]
        shown_from, shown_until = self._window()
        films = [each for each in self._contents if each.attributes.get("expression") != "sample"]
        durations = [Said(each.attributes.get("duration", ""), each.line, "content duration") for each in films]
        return TitleMetadata(
            name=name,
            summary=self._said("description").text,
            summary_short=self._item.words("subtitle"),
            year=self._year(),
            seconds=max(map(self._length, durations), default=0),
            ratings=distinct(each.text for each in ratings),
            age=notes.age(ratings),
            genres=self._genres(),
            actors=self._credits("actor"),
            directors=self._credits("director"),
            language=next(iter(notes.languages([Said(channel.words("language"), channel.line, "language")])), ""),
            shown_from=shown_from,
            shown_until=shown_until,
            suggested_price=notes.price(self._said("price", "price")),
        )

    def _genres(self) -> tuple[str, ...]:
        own = self._notes.profile.categories
        return distinct(own.get(each.text, each.text) for each in self._all("category"))

    def _credits(self, role: str) -> tuple[str, ...]:
        credits = [each for place in self._places for each in place.all("credit")]
        return distinct(each.text for each in credits if each.attributes.get("role", "").casefold() == role)

    def _year(self) -> int | None:
        """The year of publication is not the film's; only what says when it was made counts."""
        return self._notes.year(self._said("year"))

    def _window(self) -> tuple[datetime | None, datetime | None]:
        """DCMI's `valid`, "start=…; end=…"."""
        said = self._said("valid")
        parts = dict(part.strip().partition("=")[::2] for part in said.text.split(";") if "=" in part)
        return self._notes.window(*(Said(parts.get(name, ""), said.line, f"valid {name}") for name in ("start", "end")))

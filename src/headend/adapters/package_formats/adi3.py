"""CableLabs metadata 3.0 (SCTE 236): flat assets that refer to one another by `uriId`."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from headend.adapters.package_formats.markup import Element, Rooted
from headend.adapters.package_formats.values import NOTHING, Notes, Said, distinct
from headend.ingest.ports import FileRole, Package, PackageFile, Parsed, Profile, TitleMetadata
from headend.ingest.rules.names import asset_key
from headend.ingest.rules.states import Kind, LoadMode

ROLES = {
    "movietype": FileRole.MOVIE,
    "previewtype": FileRole.PREVIEW,
    "postertype": FileRole.POSTER,
    "boxcovertype": FileRole.COVER,
    "trickfiletype": FileRole.OTHER,
    "barkertype": FileRole.OTHER,
}
MOST_TITLES, MOST_FILES = 500, 100
_OF_1_1 = "vod1.1"
_SCHEME = "vod://"


class Adi3(Rooted):
    """See ingest.ports.PackageFormat."""

    name: ClassVar[str] = "adi3"
    root: ClassVar[str] = "adi3"

    def read(self, data: bytes, profile: Profile) -> Parsed:
        """See PackageFormat."""
        root = self.tree(data)
        notes = Notes(profile)
        assets = _Assets(root)
        titles = assets.of("titletype")
        if not 0 < len(titles) <= MOST_TITLES:
            notes.add("too_many" if titles else "no_titles", Said(str(len(titles)), root.line, root.name))
            return notes.parsed(())
        return notes.parsed([_Title(title, assets, notes).package() for title in titles])


class _Assets:
    """All assets of a file, by their types and by what refers to them."""

    def __init__(self, root: Element) -> None:
        self._all = root.all("Asset")
        self._titles = {_uri(each) for each in self.of("titletype")}
        self._linked = [(kind_of(each), _uri(each), set(_references(each))) for each in self._all]

    def of(self, *kinds: str) -> list[Element]:
        """The assets of some types; a type is told without its namespace, in small letters."""
        return [each for each in self._all if kind_of(each) in kinds]

    def around(self, title: Element) -> list[Element]:
        """What belongs to a title: everything where it is the only one, else what its content groups refer to, and
        what refers to those."""
        if len(self._titles) == 1:
            return self._all
        wanted = {_uri(title)}
        for kind in ("contentgrouptype", "offertype"):
            links = [{uri} | refs for its_kind, uri, refs in self._linked if its_kind == kind and wanted & refs]
            wanted = wanted.union(*links)
        wanted -= self._titles - {_uri(title)}
        return [each for each in self._all if _uri(each) in wanted]


def kind_of(asset: Element) -> str:
    """The type of an asset, "movietype"."""
    return asset.attributes.get("type", "").rpartition(":")[2].casefold()


def _uri(asset: Element) -> str:
    return asset.attributes.get("uriId", "")


def _references(asset: Element) -> Iterator[str]:
    """What an asset refers to, at any depth."""
    for child in asset.children:
        if child.name.endswith("Ref"):
            yield child.attributes.get("uriId", "")
        yield from _references(child)


class _Title:
    """Makes the package of one title."""

    def __init__(self, title: Element, assets: _Assets, notes: Notes) -> None:
        self._title = title
        self._around = assets.around(title)
        self._notes = notes

    def package(self) -> Package:
        provider_id, asset_id = _identity(self._title)
        key = asset_key(provider_id, asset_id)
        if not key:
            self._notes.add("bad_id", Said(f"{provider_id}/{asset_id}", self._title.line, "uriId"))
        version, load_mode = self._version()
        encrypting = self._value(self._title, "IsEncryptionRequired")
        return Package(
            format=Adi3.name,
            kind=Kind.TITLE,
            asset=key,
            load_mode=load_mode,
            version=version,
            provider=self._title.words("Provider"),
            provider_id=provider_id.lower(),
            product=self._title.words("Product"),
            wants_encryption=self._notes.flag(encrypting),
            groups=self._notes.profile.groups,
            files=self._files(load_mode),
            title=self._metadata(),
        )

    def _version(self) -> tuple[tuple[int, int], LoadMode]:
        """The provider's version, and what follows from it: the first inserts, later ones update."""
        said = Said(self._title.attributes.get("providerVersionNum", ""), self._title.line, "providerVersionNum")
        number = self._notes.number(said, 10**9, "bad_version")
        version = (1 if number is None else number, 0)
        by_version = LoadMode.UPDATE if version[0] > 1 else LoadMode.INSERT
        return version, self._notes.profile.load_mode or by_version

    def _of(self, kind: str) -> Iterator[Element]:
        return (each for each in self._around if kind_of(each) == kind)

    def _value(self, element: Element, name: str) -> Said:
        found = element.first(name)
        return Said(found.text, found.line, name) if found else NOTHING

    # --- files ---

    def _files(self, load_mode: LoadMode) -> tuple[PackageFile, ...]:
        contents = [each for each in self._around if kind_of(each) in ROLES]
        if len(contents) > MOST_FILES:
            self._notes.add("too_many", Said(str(len(contents)), self._title.line, "Asset"))
            return ()
        is_wanted = load_mode is not LoadMode.UNPUBLISH
        return tuple(self._file(each, is_wanted=is_wanted) for each in contents)

    def _file(self, asset: Element, *, is_wanted: bool) -> PackageFile:
        notes, role = self._notes, ROLES[kind_of(asset)]
        if asset.first("MasterSourceRef"):
            notes.add("encrypted_copy", Said(asset.words("SourceUrl"), asset.line, _uri(asset)))
            role, is_wanted = FileRole.OTHER, False
        is_updated = is_wanted and notes.profile.file_update
        length = self._value(asset, "Duration")
        seconds = notes.seconds(length)
        if role is FileRole.PREVIEW and seconds > notes.profile.most_preview_seconds:
            notes.add("long_preview", length)
        source = asset.first("SourceUrl")
        said = Said(source.text if source else "", source.line if source else asset.line, "SourceUrl")
        width, height = asset.words("X_Resolution"), asset.words("Y_Resolution")
        return PackageFile(
            role=role,
            name=notes.file_name(said, is_updated=is_updated),
            asset_id=_identity(asset)[1],
            is_updated=is_updated,
            size=notes.size(self._value(asset, "ContentFileSize")),
            md5=notes.checksum(self._value(asset, "ContentCheckSum")),
            seconds=seconds,
            languages=notes.languages(_values(asset, "Language")),
            subtitles=notes.languages(_values(asset, "SubtitleLanguage")),
            is_hd=bool(notes.flag(self._value(asset, "IsHDContent"))),
            aspect=f"{width}x{height}" if width and height else asset.words("ScreenFormat"),
            line=asset.line,
        )

    # --- the title ---

    def _metadata(self) -> TitleMetadata | None:
        title, notes = self._title, self._notes
        texts = title.first("LocalizableTitle") or title
        name = texts.words("TitleLong") or texts.words("TitleMedium") or texts.words("TitleBrief")
        if not name:
            notes.add("no_title", Said("", title.line, "LocalizableTitle"))
            return None
        ratings = _values(title, "Rating")
        shown_from, shown_until = self._window()
        series = texts.words("SeriesName") or title.words("SeriesName")
        return TitleMetadata(
            name=name,
            brief=texts.words("TitleBrief"),
            summary=texts.words("SummaryLong") or texts.words("SummaryMedium") or texts.words("SummaryShort"),
            summary_short=texts.words("SummaryShort") or texts.words("SummaryMedium"),
            year=notes.year(self._value(title, "Year")),
            seconds=self._seconds(),
            ratings=distinct(each.text for each in ratings),
            age=notes.age(ratings),
            genres=distinct(each.text for each in title.all("Genre")),
            categories=self._categories(),
            actors=distinct(each.attributes.get("fullName", "") for each in texts.all("Actor")),
            directors=distinct(each.attributes.get("fullName", "") for each in texts.all("Director")),
            countries=distinct(each.text.upper() for each in title.all("CountryOfOrigin")),
            language=next(iter(self._languages()), ""),
            studio=texts.words("StudioDisplay"),
            series=series,
            season=self._number("SeasonNumber") if series else None,
            episode=self._number("EpisodeNumber") if series else None,
            episode_name=texts.words("EpisodeName") if series else "",
            shown_from=shown_from,
            shown_until=shown_until,
            suggested_price=self._price(),
            extra=self._extra(),
        )

    def _window(self) -> tuple[datetime | None, datetime | None]:
        """From when until when the offer is valid; where there is none, the title."""
        source = next(self._of("offertype"), self._title)
        begins, ends = (
            Said(source.attributes.get(name, ""), source.line, name) for name in ("startDateTime", "endDateTime")
        )
        return self._notes.window(begins, ends)

    def _seconds(self) -> int:
        """The movie's duration, else what is shown as the title's."""
        durations = (self._notes.seconds(self._value(each, "Duration")) for each in self._of("movietype"))
        return next((each for each in durations if each), 0) or self._notes.hours_and_minutes(
            self._value(self._title, "DisplayRunTime")
        )

    def _languages(self) -> tuple[str, ...]:
        return self._notes.languages(said for each in self._of("movietype") for said in _values(each, "Language"))

    def _categories(self) -> tuple[str, ...]:
        own = self._notes.profile.categories
        paths = [each.words("CategoryPath").strip("/") for each in self._of("categorytype")]
        return distinct(own.get(path, path) for path in paths)

    def _price(self) -> str:
        prices = (said for terms in self._of("termstype") for said in _values(terms, "SuggestedPrice"))
        return self._notes.price(next(prices, NOTHING))

    def _number(self, name: str) -> int | None:
        return self._notes.number(self._value(self._title, name), 32_767)

    def _extra(self) -> dict[str, str]:
        named = {"show_type": self._title.words("ShowType"), "advisories": self._title.words("Advisory")}
        return {name: text[:500] for name, text in named.items() if text}


def _values(element: Element, name: str) -> list[Said]:
    return [Said(each.text, each.line, name) for each in element.all(name) if each.text]


def _identity(asset: Element) -> tuple[str, str]:
    """The provider and the id of an asset: those that it had in VOD 1.1 where it tells them, else those of its uriId,
    "provider.com/Title/ID"."""
    for each in asset.all("AlternateId"):
        system = each.attributes.get("identifierSystem", "").casefold()
        if system == _OF_1_1 and each.text.casefold().startswith(_SCHEME):
            provider_id, _, asset_id = each.text[len(_SCHEME) :].partition("/")
            return provider_id, asset_id
    first, _, rest = _uri(asset).partition("/")
    return first, rest.rpartition("/")[2]

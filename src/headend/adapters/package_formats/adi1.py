"""CableLabs VOD metadata 1.1 in ADI 1.1, with the extensions of the ingest system that the reference notes distil:
LoadMode, Encrypting, ServiceGroupID and File_Update."""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from headend.adapters.package_formats.adi1_assets import Asset, read_asset
from headend.adapters.package_formats.adi1_structure import check_structure
from headend.adapters.package_formats.markup import Rooted
from headend.adapters.package_formats.values import NOTHING, Notes, Said, distinct, name_of_person
from headend.ingest.ports import FileRole, Package, PackageFile, Parsed, Profile, TitleMetadata
from headend.ingest.rules.names import ASSET_ID_FORM, PROVIDER_ID_FORM, asset_key
from headend.ingest.rules.states import Kind, LoadMode

ROLES = {
    "movie": FileRole.MOVIE,
    "preview": FileRole.PREVIEW,
    "poster": FileRole.POSTER,
    "box cover": FileRole.COVER,
    "boxcover": FileRole.COVER,
    "cover": FileRole.COVER,
    **dict.fromkeys(("trickfile", "encrypted", "barker", "translation", "closedcaption", "regional"), FileRole.OTHER),
}
MANDATORY = (
    "Type", "Title_Brief", "Title", "Summary_Short", "Rating", "Closed_Captioning", "Run_Time", "Display_Run_Time",
    "Year", "Category", "Show_Type", "Billing_ID", "Licensing_Window_Start", "Licensing_Window_End", "Preview_Period",
    "Provider_QA_Contact",
)  # fmt: skip
LONGEST = {"title_brief": 19, "title": 128, "summary_short": 256}
MOST_COVERS = 2
MOST_FILES, MOST_TITLES = 100, 500
EXTRA = (
    "show_type", "billing_id", "contract_name", "advisories", "audience", "closed_captioning", "preview_period",
    "provider_content_tier", "display_as_new", "display_as_last_chance", "maximum_viewing_length", "box_office", "isan",
    "provider_qa_contact", "propagation_priority", "title_sort_name", "writer_display",
)  # fmt: skip
"""What is kept as it was said, since nobody here acts on it."""
LONGEST_EXTRA = 500


class Adi1(Rooted):
    """See ingest.ports.PackageFormat."""

    name: ClassVar[str] = "adi1"
    root: ClassVar[str] = "adi"

    def read(self, data: bytes, profile: Profile) -> Parsed:
        """See PackageFormat."""
        root = self.tree(data)
        notes = Notes(profile)
        check_structure(root, notes)
        package = read_asset(root, notes, is_root=True)
        if package is None:
            return notes.parsed(())
        _check_ids([package, *package.below()], notes)
        return notes.parsed(_packages(package, notes))


def _check_ids(assets: Iterable[Asset], notes: Notes) -> None:
    seen: set[str] = set()
    for asset in assets:
        said = asset.of_ams("asset_id")
        if said.text and not ASSET_ID_FORM.fullmatch(said.text):
            notes.add("asset_id_form", said)
        if said.text in seen:
            notes.add("duplicate_id", said)
        seen |= {said.text} - {""}


def _packages(package: Asset, notes: Notes) -> list[Package]:
    """A package for each title; without one, the root itself says which title is meant."""
    titles = _titles(package, notes)
    if not titles:
        notes.add("no_title_asset", Said("", package.line, "ADI"))
        titles = [(package, package.parts)]
    if len(titles) > MOST_TITLES:
        notes.add("too_many", Said(str(len(titles)), package.line, "title"))
        return []
    return [_Title(package, title, contents, notes).package() for title, contents in titles]


def _titles(package: Asset, notes: Notes) -> list[tuple[Asset, list[Asset]]]:
    """Titles with the assets that belong to them; what stands beside a title belongs to the last one before it, or to
    the first."""
    if not any(part.kind == "title" for part in package.parts):
        return []
    titles: list[tuple[Asset, list[Asset]]] = []
    before: list[Asset] = []
    for part in package.parts:
        if part.kind == "title":
            titles.append((part, list(part.below())))
            continue
        notes.add("flat", Said(part.kind, part.line, "Asset"))
        (titles[-1][1] if titles else before).extend((part, *part.below()))
    titles[0][1].extend(before)
    return titles


class _Title:
    """Makes the package of one title. `title` is the root where there is no asset of that class."""

    def __init__(self, package: Asset, title: Asset, contents: list[Asset], notes: Notes) -> None:
        self._package = package
        self._title = title
        self._contents = contents
        self._notes = notes
        self._levels = (title, package) if title is not package else (package,)

    def package(self) -> Package:
        notes = self._notes
        key, provider_id = self._identity()
        version = self._version()
        load_mode = self._load_mode(version)
        files = self._files(load_mode)
        encrypting = self._first("encrypting", *self._movies()) or self._first("encryption", *self._movies())
        groups = [
            word for each in self._levels for said in each.many("servicegroupid") for word in said.text.split(",")
        ]
        if self._package.one("metadata_spec_version").text.strip().casefold() != "cablelabsvod1.1":
            notes.add("spec_version", self._package.one("metadata_spec_version"))
        return Package(
            format=Adi1.name,
            kind=Kind.TITLE,
            asset=key,
            load_mode=load_mode,
            version=version,
            provider=self._ams("provider").text,
            provider_id=provider_id,
            product=self._ams("product").text,
            wants_encryption=notes.flag(encrypting) if encrypting else None,
            groups=distinct(groups) or notes.profile.groups,
            files=files,
            title=self._metadata(load_mode, files),
        )

    def _movies(self) -> list[Asset]:
        return [each for each in self._contents if each.kind == "movie"]

    def _first(self, name: str, *more: Asset) -> Said | None:
        """What the title, the package or one of `more` says, in this order."""
        return next((said for each in (*self._levels, *more) if (said := each.one(name)).text), None)

    def _ams(self, name: str) -> Said:
        return next((said for each in self._levels if (said := each.of_ams(name)).text), NOTHING)

    # --- which title, and what is done with it ---

    def _identity(self) -> tuple[str, str]:
        """What identifies the title, and its provider's id."""
        provider_id, asset_id = self._ams("provider_id"), self._title.of_ams("asset_id")
        for said, name in ((provider_id, "Provider_ID"), (asset_id, "Asset_ID")):
            if not said.text:
                self._notes.add("no_id", Said("", self._title.line, f"AMS {name}"))
        key = asset_key(provider_id.text, asset_id.text)
        if not key and provider_id.text and asset_id.text:
            self._notes.add("bad_id", Said(f"{provider_id.text}/{asset_id.text}", asset_id.line, asset_id.place))
        if provider_id.text and not PROVIDER_ID_FORM.fullmatch(provider_id.text):
            self._notes.add("provider_id_form", provider_id)
        return key, provider_id.text.lower()

    def _version(self) -> tuple[int, int]:
        numbers = [self._ams(name) for name in ("version_major", "version_minor")]
        for said in numbers:
            if not (said.text.isascii() and said.text.isdigit() and len(said.text) < 9):
                self._notes.add("bad_version", said)
                return 1, 0
        return int(numbers[0].text), int(numbers[1].text)

    def _load_mode(self, version: tuple[int, int]) -> LoadMode:
        """What LoadMode says; else Verb, the profile, and the version, in this order."""
        said = self._first("loadmode")
        if said is not None:
            return self._notes.load_mode(said) or LoadMode.INSERT
        is_deletion = self._ams("verb").text.casefold() == "delete"
        by_version = self._notes.profile.load_mode or (LoadMode.INSERT if version == (1, 0) else LoadMode.UPDATE)
        found = LoadMode.UNPUBLISH if is_deletion else by_version
        self._notes.add("no_load_mode", Said(f"{version[0]}.{version[1]}", self._package.line, "LoadMode"), str(found))
        return found

    # --- files ---

    def _files(self, load_mode: LoadMode) -> tuple[PackageFile, ...]:
        if len(self._contents) > MOST_FILES:
            self._notes.add("too_many", Said(str(len(self._contents)), self._title.line, "Asset"))
            return ()
        is_wanted = load_mode is not LoadMode.UNPUBLISH
        files = tuple(self._file(each, is_wanted=is_wanted) for each in self._contents)
        covers = [each for each in files if each.role is FileRole.COVER]
        if len(covers) > MOST_COVERS:
            self._notes.add("many_covers", Said(str(len(covers)), covers[MOST_COVERS].line, "box cover"))
        self._check_names(files)
        return files

    def _file(self, asset: Asset, *, is_wanted: bool) -> PackageFile:
        notes = self._notes
        role = ROLES.get(asset.kind)
        if role is None:
            notes.add("unknown_class", asset.of_ams("asset_class"))
        is_updated = self._is_updated(asset) and is_wanted
        name = notes.file_name(asset.content or Said("", asset.line, f"Content of {asset.kind}"), is_updated=is_updated)
        length = asset.one("run_time")
        seconds = notes.seconds(length)
        if role is FileRole.PREVIEW and seconds > notes.profile.most_preview_seconds:
            notes.add("long_preview", length)
        is_hd = notes.flag(asset.one("hdcontent"))
        return PackageFile(
            role=role or FileRole.OTHER,
            name=name,
            asset_id=asset.of_ams("asset_id").text,
            is_updated=is_updated,
            size=notes.size(asset.one("content_filesize")),
            md5=notes.checksum(asset.one("content_checksum")),
            seconds=seconds,
            languages=notes.languages(asset.many("languages")),
            subtitles=notes.languages(asset.many("subtitle_languages")),
            is_hd=_is_hd(asset.one("resolution").text) if is_hd is None else is_hd,
            aspect=asset.one("image_aspect_ratio", "screen_format").text.strip(),
            line=asset.line,
        )

    def _is_updated(self, asset: Asset) -> bool:
        """What File_Update says, else the profile; an asset without content has nothing to publish."""
        said = self._notes.flag(asset.one("file_update"))
        if asset.content is None and not said:
            if said is None:
                self._notes.add("no_content", Said("", asset.line, asset.kind))
            return False
        return self._notes.profile.file_update if said is None else said

    def _check_names(self, files: Iterable[PackageFile]) -> None:
        seen: set[str] = set()
        for each in files:
            if each.name in seen:
                self._notes.add("repeated_file", Said(each.name, each.line, each.role.value))
            seen |= {each.name} - {""}

    # --- the title ---

    def _metadata(self, load_mode: LoadMode, files: Iterable[PackageFile]) -> TitleMetadata | None:
        title, notes = self._title, self._notes
        name = title.one("title", "title_long", "title_medium", "title_brief").text.strip()
        if not name:
            if load_mode is not LoadMode.UNPUBLISH and (title is not self._package or load_mode is LoadMode.INSERT):
                notes.add("no_title", Said("", title.line, "App_Data Title"))
            return None
        self._check_values(load_mode)
        shown_from, shown_until = notes.window(title.one("licensing_window_start"), title.one("licensing_window_end"))
        series = _is_episode(title)
        ratings = title.many("rating", "msorating")
        return TitleMetadata(
            name=name,
            brief=title.one("title_brief").text.strip(),
            name_original=title.one("title_original", "original_title").text.strip(),
            summary=title.one("summary_long", "summary_medium", "summary_short").text.strip(),
            summary_short=title.one("summary_short", "summary_medium").text.strip(),
            year=notes.year(title.one("year")),
            seconds=notes.seconds(title.one("run_time")) or notes.hours_and_minutes(title.one("display_run_time")),
            ratings=distinct(each.text for each in ratings),
            age=notes.age(ratings),
            genres=distinct(each.text for each in title.many("genre")),
            categories=distinct(self._categories()),
            actors=_people(title, "actors", "actors_display"),
            directors=_people(title, "director", "director_display"),
            countries=distinct(each.text.upper() for each in title.many("country_of_origin")),
            language=next((each.languages[0] for each in files if each.languages), ""),
            studio=title.one("studio_name", "studio").text.strip(),
            series=title.one("series_name", "series_title").text.strip() if series else "",
            season=_figures(title.one("season_number", "season_id"), notes.number) if series else None,
            episode=_figures(title.one("episode_number", "episode_id"), notes.number) if series else None,
            episode_name=title.one("episode_name", "episode_title").text.strip() if series else "",
            shown_from=shown_from,
            shown_until=shown_until,
            suggested_price=notes.price(title.one("suggested_price")),
            extra={key: said.text.strip()[:LONGEST_EXTRA] for key in EXTRA if (said := title.one(key)).text},
        )

    def _check_values(self, load_mode: LoadMode) -> None:
        title, notes = self._title, self._notes
        if load_mode is LoadMode.INSERT:
            missing = [name for name in MANDATORY if name.casefold() not in title.values]
            if missing:
                notes.add("missing", Said(", ".join(missing), title.line, "title"))
        for name, most in LONGEST.items():
            if len(title.one(name).text) > most:
                notes.add("too_long", title.one(name), f"{most} characters")

    def _categories(self) -> Iterator[str]:
        """Paths without the blank and the slash that some put before them, in the words of the profile."""
        own = self._notes.profile.categories
        for said in self._title.many("category"):
            path = said.text.strip().strip("/")
            yield own.get(path, path)


def _is_episode(title: Asset) -> bool:
    """Films too say a series' name, their own; a Show_Type of Movie tells them."""
    if title.one("show_type").text.strip().casefold() in ("movie", "film", "feature"):
        return False
    is_numbered = title.one("episode_number", "episode_id", "episode_name", "episode_title").text
    return bool(title.one("series_name", "series_title").text and is_numbered)


def _figures(said: Said, read: Callable[[Said, int], int | None]) -> int | None:
    """The number in "S02" or "2"; what has none is somebody's own id and says nothing."""
    figures = said.text.strip().lstrip("SEse")
    return read(Said(figures, said.line, said.place), 32_767) if figures.isdigit() else None


def _people(title: Asset, name: str, displayed: str) -> tuple[str, ...]:
    """Persons said one by one, "Last,First"; else those of the line that is meant for the screen."""
    one_by_one = distinct(name_of_person(each.text) for each in title.many(name))
    return one_by_one or distinct(title.one(displayed).text.split(","))


def _is_hd(resolution: str) -> bool:
    return resolution.strip().lower().startswith(("720", "1080", "2160"))

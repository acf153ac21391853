"""What a published title consists of beside its own fields: genres, persons, files and posters."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from pathlib import Path

from django.db.models import Q

from headend.catalog.errors import PictureRefused
from headend.catalog.pictures import LARGEST_FILE, PictureKind
from headend.catalog.ports import Pictures
from headend.ingest.errors import PackageRefused
from headend.ingest.ports import PICTURES, FileRole, Package, PackageFile, TitleMetadata
from headend.kernel.actor import Actor
from headend.kernel.names import fold
from headend.operators.actions import save
from headend.vod.actions import persons_named
from headend.vod.models import Asset, Episode, Genre, Person, PersonRole, Quality, Title

MOST_GENRES, MOST_PERSONS = 30, 100
LONGEST_NAME = 200


# --- genres and persons ---


def genres_of(*, actor: Actor, operator_id: int, said: TitleMetadata) -> list[Genre]:
    """The genres that a package names; those not known yet are made. Of a category's path, "Movies/Drama", the last is
    the genre, and the first the category in which it stands when it is new."""
    paths = [[part for part in path.split("/") if part.strip()] for path in said.categories]
    names = [*said.genres, *(part for path in paths for part in path)]
    finder = _Genres(actor, operator_id, names)
    found = {genre.pk: genre for genre in map(finder.named, said.genres[:MOST_GENRES])}
    for path in filter(None, paths[:MOST_GENRES]):
        category = finder.named(path[0], is_category=True)
        genre = finder.named(path[-1], category=category) if len(path) > 1 else category
        found[genre.pk] = genre
    return list(found.values())


class _Genres:
    """Finds genres by their names in any case, and makes the missing ones."""

    def __init__(self, actor: Actor, operator_id: int, names: Iterable[str]) -> None:
        self._actor, self._operator_id = actor, operator_id
        wanted = {name.strip()[:LONGEST_NAME] for name in names}
        is_one = reduce(or_, (Q(name__iexact=name) for name in sorted(wanted)), Q(pk=None))
        self._known: dict[str, Genre] = {
            fold(genre.name): genre for genre in Genre.objects.of(operator_id).filter(is_one)
        }

    def named(self, name: str, *, is_category: bool = False, category: Genre | None = None) -> Genre:
        short = name.strip()[:LONGEST_NAME]
        if fold(short) not in self._known:
            genre = Genre(operator_id=self._operator_id, name=short, is_category=is_category, category=category)
            save(actor=self._actor, obj=genre)
            self._known[fold(short)] = genre
        return self._known[fold(short)]


def persons_of(*, actor: Actor, title: Title, said: TitleMetadata) -> list[Person]:
    """The persons that a title has from now on: of a role that the package does not speak of, those it had."""
    kept = list(title.persons.all()) if title.pk else []
    found: list[Person] = []
    for role, names in ((PersonRole.ACTOR, said.actors), (PersonRole.DIRECTOR, said.directors)):
        if not names:
            found += [person for person in kept if person.role == role]
            continue
        rows = [[name[:LONGEST_NAME]] for name in names[:MOST_PERSONS] if fold(name)]
        found += persons_named(actor=actor, operator_id=title.operator_id, role=role, names=rows)
    return found


# --- files ---


def save_files(
    *, actor: Actor, title: Title, episode: Episode | None, package: Package, remotes: Mapping[str, str]
) -> None:
    """Write the files that a package brings: each takes the place of the one with its id, or of one that nobody else
    takes. What is not updated stays, so that positions of viewers stay too."""
    for role, is_trailer in ((FileRole.MOVIE, False), (FileRole.PREVIEW, True)):
        files = [each for each in package.files if each.role is role]
        if not any(each.is_updated for each in files):
            continue
        known = Asset.objects.filter(title=title, episode=episode, is_trailer=is_trailer)
        for file, asset in _paired(files, list(known.order_by("sort", "pk"))):
            if file.name in remotes and file.is_updated:
                made = asset or Asset(operator_id=title.operator_id, title=title, episode=episode)
                _fill(made, file, package, remotes[file.name], len(files) > 1)
                save(actor=actor, obj=made)


def _paired(files: Sequence[PackageFile], known: list[Asset]) -> list[tuple[PackageFile, Asset | None]]:
    by_id = {asset.external_id: asset for asset in reversed(known) if asset.external_id}
    mine = [by_id.pop(file.asset_id, None) for file in files]
    taken = {asset.pk for asset in mine if asset}
    others = iter([asset for asset in known if asset.pk not in taken])
    return [(file, asset or next(others, None)) for file, asset in zip(files, mine, strict=True)]


def _fill(asset: Asset, file: PackageFile, package: Package, remote: str, is_one_of_many: bool) -> None:
    said = package.title
    asset.file_name = remote
    asset.is_trailer = file.role is FileRole.PREVIEW
    asset.external_id = package.asset if asset.episode_id and not asset.is_trailer else file.asset_id[:100]
    asset.quality = Quality.HD if file.is_hd else asset.quality
    length = file.seconds or (said.seconds if said and not asset.is_trailer else 0)
    asset.duration_seconds = length or asset.duration_seconds
    name = (said.episode_name or said.name) if said else asset.name or file.name
    languages = f" ({', '.join(file.languages)})" if is_one_of_many and file.languages else ""
    asset.name = f"{name[: LONGEST_NAME - len(languages)]}{languages}"


# --- posters ---


def posters_of(package: Package, paths: Mapping[str, Path], pictures: Pictures) -> dict[str, str]:
    """Keep a package's covers and posters; gives fields of a title and the addresses of its pictures.

    The first cover, or without covers the first poster, is what lists show; each is upright unless it says that it is
    wider than high. Raises PackageRefused.
    """
    updated = [each for each in package.files if each.role in PICTURES and each.is_updated and each.name in paths]
    found: dict[str, str] = {}
    for file in sorted(updated, key=lambda each: each.role is not FileRole.COVER):
        field, kind = ("horizontal_poster_url", PictureKind.BANNER) if _is_wide(file) else _UPRIGHT
        wanted = {field: kind, "thumbnail_big_url": PictureKind.POSTER, "thumbnail_small_url": PictureKind.SMALL_POSTER}
        if missing := {name: kind for name, kind in wanted.items() if name not in found}:
            found |= _kept(file.name, paths[file.name], missing, pictures)
    return found


_UPRIGHT = ("vertical_poster_url", PictureKind.POSTER)


def _is_wide(file: PackageFile) -> bool:
    width, _, height = file.aspect.partition("x")
    return width.isdecimal() and height.isdecimal() and int(width[:9]) > int(height[:9])


def _kept(name: str, path: Path, wanted: Mapping[str, PictureKind], pictures: Pictures) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        return {field: pictures.keep(data, kind.limit) for field, kind in wanted.items()}
    except PictureRefused as error:
        raise PackageRefused(f"{name}: {error}") from error

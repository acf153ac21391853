"""A package becomes a title that subscribers see, and vanishes again.

Everything here is written in the caller's transaction, which closes the package's ticket: the catalogue changes once
or not at all. Done twice, nothing changes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Model
from django.utils.translation import gettext as _

from headend.catalog.actions.guide import Reading
from headend.catalog.ports import Pictures
from headend.delivery.models import StreamingServer
from headend.ingest.actions.guide_parts import publish_events, publish_guide
from headend.ingest.actions.title_parts import genres_of, persons_of, posters_of, save_files
from headend.ingest.errors import PackageRefused
from headend.ingest.models import Inbox, TitleKey
from headend.ingest.ports import FileRole, Package, Profile, TitleMetadata
from headend.ingest.queries import episode_of, film_of, withdrawn_title, withdrawn_words
from headend.ingest.rules.states import Kind
from headend.kernel.actor import Actor
from headend.kernel.names import fold
from headend.operators.actions import delete, save
from headend.viewing.models import SeanceTicket, TitlePurchase
from headend.vod.models import Asset, Episode, Season, Title, TitleKind

LONGEST_NAME = 200


def prepare(  # noqa: PLR0913 - all that a package brings along
    *,
    actor: Actor,
    inbox: Inbox,
    package: Package,
    profile: Profile,
    description: Path,
    paths: Mapping[str, Path],
    pictures: Pictures,
    reading: Reading,
    now: datetime,
) -> dict[str, str]:
    """Do before the publication what takes its time and may be done again: keep the pictures, bring in an XMLTV guide.

    `paths` says where the package's files lie, `description` where its XML does. Gives the fields of a title that have
    new pictures, for `publish`. Raises PackageRefused.
    """
    if package.is_xmltv:
        publish_guide(actor=actor, inbox=inbox, profile=profile, path=description, reading=reading, now=now)
    return posters_of(package, paths, pictures)


def publish(  # noqa: PLR0913 - all that a package is published with
    *,
    actor: Actor,
    inbox: Inbox,
    package: Package,
    profile: Profile,
    remotes: Mapping[str, str],
    posters: Mapping[str, str],
    servers: Iterable[StreamingServer],
    spool: Path,
    now: datetime,
) -> Title | None:
    """Publish a title or events; gives the title, if it is one. An XMLTV guide is published by `prepare`."""
    if package.kind is Kind.TITLE:
        return publish_title(
            actor=actor, inbox=inbox, package=package, remotes=remotes, posters=posters, servers=servers
        )
    if not package.is_xmltv:
        publish_events(actor=actor, inbox=inbox, package=package, profile=profile, spool=spool, now=now)
    return None


@transaction.atomic
def publish_title(  # noqa: PLR0913 - all that a title is made of
    *,
    actor: Actor,
    inbox: Inbox,
    package: Package,
    remotes: Mapping[str, str],
    posters: Mapping[str, str],
    servers: Iterable[StreamingServer],
) -> Title | None:
    """Write what a package says: a new title, or what it changes of the one that is there.

    `remotes` are the names by which players ask for its films and previews, by the names in the package; `posters` what
    `prepare` gave. Of an episode the series is made, changed and given back. None when the package says nothing about a
    title that nobody has inserted. Raises PackageRefused.
    """
    publisher = _Publisher(actor, inbox, package, posters, list(servers))
    title = publisher.published(remotes)
    if title is not None and remotes:
        TitleKey.objects.of(inbox.operator_id).filter(asset=package.asset, title=None).update(title=title)
    return title


class _Publisher:
    """Publishes one package."""

    def __init__(
        self, actor: Actor, inbox: Inbox, package: Package, posters: Mapping[str, str], servers: list[StreamingServer]
    ) -> None:
        self._actor = actor
        self._inbox = inbox
        self._package = package
        self._posters = posters
        self._servers = servers
        self._operator_id = inbox.operator_id

    def published(self, remotes: Mapping[str, str]) -> Title | None:
        """The title, written; what is an episode already stays one, whatever an update leaves out."""
        said, episode = self._package.title, episode_of(self._operator_id, self._package.asset)
        if episode is not None and said is None:
            title = self._mine(episode.title)
            self._save_files(title, episode, remotes)
            return title
        film = None if episode else self._found(self._package.asset)
        if said is not None and not film and (episode or said.series):
            return self._episode_of_series(said, episode, remotes)
        return self._film(film, said, remotes)

    def _found(self, key: str) -> Title | None:
        """The title of this key; one that was withdrawn comes back, and whoever bought it has it again."""
        title = film_of(self._operator_id, key)
        if title is None and (title := withdrawn_title(self._operator_id, key)):
            title.external_id, title.is_enabled = key, True
        return self._mine(title) if title else None

    def _save_files(self, title: Title, episode: Episode | None, remotes: Mapping[str, str]) -> None:
        save_files(actor=self._actor, title=title, episode=episode, package=self._package, remotes=remotes)

    # --- a film ---

    def _film(self, title: Title | None, said: TitleMetadata | None, remotes: Mapping[str, str]) -> Title | None:
        if title is None and said is None:
            return None
        title = title or self._new(self._package.asset, TitleKind.FILM)
        self._fill(title, self._posters)
        links = self._described(title, said) if said else {}
        if self._servers:
            links["servers"] = self._servers
        save(actor=self._actor, obj=title, links=links)
        self._save_files(title, None, remotes)
        return title

    def _new(self, external_id: str, kind: TitleKind) -> Title:
        return Title(
            operator_id=self._operator_id,
            external_id=external_id,
            kind=kind,
            provider=self._inbox.provider,
            price_category=self._inbox.price_category,
        )

    def _mine(self, title: Title) -> Title:
        check_provider(title, self._inbox, self._package)
        return title

    def _fill(self, title: Title, values: Mapping[str, object]) -> None:
        """Change what is said; what is not stays as it is."""
        for name, value in values.items():
            if value:
                setattr(title, name, value)

    def _described(self, title: Title, said: TitleMetadata) -> dict[str, Iterable[Model]]:
        """Put into a title what the package says of it; gives the genres and persons it then has."""
        title.name = said.name[:LONGEST_NAME]
        values = {
            "name_original": said.name_original[:LONGEST_NAME],
            "description": said.summary,
            "short_description": said.summary_short,
            "year": said.year,
            "duration_minutes": _minutes(said.seconds),
            "countries": ", ".join(said.countries)[:LONGEST_NAME],
            "language": said.language[:100],
            "published_from": said.shown_from,
            "published_to": said.shown_until,
        }
        self._fill(title, values)
        if said.ratings:
            title.age = said.age
        links: dict[str, Iterable[Model]] = {"persons": persons_of(actor=self._actor, title=title, said=said)}
        if said.genres or said.categories:
            links["genres"] = genres_of(actor=self._actor, operator_id=self._operator_id, said=said)
        return links

    # --- an episode ---

    def _episode_of_series(self, said: TitleMetadata, known: Episode | None, remotes: Mapping[str, str]) -> Title:
        title = self._series(said, known)
        before = known.season.number if known and known.season else 1
        season = self._season(title, said.season or before)
        episode = self._episode(title, season, known, said)
        self._save_files(title, episode, remotes)
        self._keep_id(title, episode)
        return title

    def _series(self, said: TitleMetadata, episode: Episode | None) -> Title:
        """The series, made by its first episode; later ones raise its age and widen its window, which episodes lack."""
        key = series_key(self._package.provider_id, said.series)
        found = self._mine(episode.title) if episode else self._found(key)
        title = found or self._new(key, TitleKind.SERIES)
        links: dict[str, Iterable[Model]] = {"servers": self._servers} if self._servers else {}
        if found is None:
            self._fill(title, self._posters)
            links |= self._described(title, said)
            title.name, title.duration_minutes = said.series[:LONGEST_NAME], 0
        else:
            title.age = max(title.age, said.age)
            title.published_from = _earlier(title.published_from, said.shown_from)
            title.published_to = _later(title.published_to, said.shown_until)
        save(actor=self._actor, obj=title, links=links)
        return title

    def _season(self, title: Title, number: int) -> Season:
        season: Season | None = Season.objects.filter(title=title, number=number).first()
        if season is None:
            name = _("Season {number}").format(number=number)
            season = Season(operator_id=self._operator_id, title=title, number=number, sort=number, name=name)
            save(actor=self._actor, obj=season)
        return season

    def _episode(self, title: Title, season: Season, episode: Episode | None, said: TitleMetadata) -> Episode:
        in_season = Episode.objects.filter(title=title, season=season)
        number = said.episode or (episode.number if episode and episode.season_id == season.pk else 0)
        if not number:
            number = (in_season.order_by().aggregate(last=Max("number"))["last"] or 0) + 1
        there = in_season.filter(number=number).first()
        if episode is None:
            episode = there or Episode(operator_id=self._operator_id, title=title)
            self._check_free(there)
        elif there and there.pk != episode.pk:
            raise PackageRefused(f"{title.name} has another episode {number} in season {season.number}")
        episode.season, episode.number, episode.sort = season, number, number
        episode.name = (said.episode_name or said.name)[:LONGEST_NAME]
        episode.description = said.summary or episode.description
        episode.duration_seconds = said.seconds or episode.duration_seconds
        episode.is_planned = not _has_file(episode) and not self._brings_movie()
        save(actor=self._actor, obj=episode)
        return episode

    def _check_free(self, there: Episode | None) -> None:
        """What another package brought is not written over; an episode that staff announced is."""
        if there and there.assets.filter(is_trailer=False).exclude(external_id="").exists():
            raise PackageRefused(f"{there.title.name} has episode {there.number} already, from another package")

    def _brings_movie(self) -> bool:
        return any(each.role is FileRole.MOVIE and each.is_updated for each in self._package.files)

    def _keep_id(self, title: Title, episode: Episode) -> None:
        """An episode is found again by its file, so that one that has none yet has an empty one."""
        if not Asset.objects.filter(episode=episode, external_id=self._package.asset).exists():
            asset = Asset(operator_id=self._operator_id, title=title, episode=episode, name=episode.name)
            asset.external_id = self._package.asset
            save(actor=self._actor, obj=asset)


def check_provider(title: Title, inbox: Inbox, package: Package) -> None:
    """Raise PackageRefused where a title is another provider's: nobody's packages reach those of others."""
    if None not in (title.provider_id, inbox.provider_id) and title.provider_id != inbox.provider_id:
        raise PackageRefused(f"{package.asset} is a title of another provider")


def series_key(provider_id: str, series: str) -> str:
    """What identifies a provider's series, of which packages know only the name."""
    return f"{provider_id[:60]}/series-{blake2b(fold(series).encode(), digest_size=8).hexdigest()}"


def _minutes(seconds: int) -> int:
    return (seconds + 59) // 60


def _has_file(episode: Episode) -> bool:
    return bool(episode.pk) and episode.assets.exclude(file_name="").filter(is_trailer=False).exists()


def _earlier(first: datetime | None, second: datetime | None) -> datetime | None:
    return min(first, second) if first and second else first


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max(first, second) if first and second else first


# --- away again ---


@transaction.atomic
def unpublish_title(*, actor: Actor, inbox: Inbox, package: Package) -> None:
    """Take a title, or an episode, away from subscribers; one that is not there is no error. Raises PackageRefused.

    Choice: a title that somebody bought, or holds a ticket to a showing of, stays in the records, without files and
    shown to nobody, so that purchases stay true; its next insert brings it back to those who bought it.
    """
    episode = episode_of(inbox.operator_id, package.asset)
    title = episode.title if episode else film_of(inbox.operator_id, package.asset)
    if title is not None:
        check_provider(title, inbox, package)
    if episode is not None and title is not None:
        delete(actor=actor, obj=episode)
        if episode.season and not episode.season.episodes.exists():
            delete(actor=actor, obj=episode.season)
        if title.episodes.exists():
            return
    if title is not None:
        _take_away(actor, title)


def _take_away(actor: Actor, title: Title) -> None:
    if not _is_owed(title):
        delete(actor=actor, obj=title)
        return
    title.external_id, title.is_enabled = withdrawn_words(title.external_id), False
    save(actor=actor, obj=title)
    for asset in title.assets.exclude(file_name=""):
        asset.file_name = ""
        save(actor=actor, obj=asset)


def _is_owed(title: Title) -> bool:
    tickets = SeanceTicket.objects.filter(seance__title=title).exclude(account=None)
    return TitlePurchase.objects.filter(title=title).exists() or tickets.exists()

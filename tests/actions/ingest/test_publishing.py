"""Packages in the catalogue: published once, changed by updates, taken away, and what subscribers then get."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from PIL import Image
from tests.contracts.house import House
from tests.factories import make_account, make_streaming_server
from tests.factories.ingest import make_inbox
from tests.factories.packages import make_package, make_title_metadata
from tests.factories.vod import make_genre, make_price_category, make_provider, make_seance, make_title

from headend.adapters.pictures import pictures_in
from headend.ingest.actions.publishing import publish_title, unpublish_title
from headend.ingest.actions.title_parts import posters_of
from headend.ingest.errors import PackageRefused
from headend.ingest.models import Inbox, TitleKey
from headend.ingest.ports import FileRole, Package, PackageFile
from headend.ingest.queries import is_published
from headend.ingest.rules.states import LoadMode
from headend.kernel.actor import system
from headend.operators.actions import save
from headend.operators.models import AuditEntry, Change
from headend.viewing.actions import give_title
from headend.viewing.models import SeanceTicket, TitlePurchase
from headend.vod.models import Asset, Episode, Genre, Person, Season, Title, TitleKind

pytestmark = pytest.mark.django_db
ACTOR = system("tests")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOVIE = PackageFile(FileRole.MOVIE, "film.mpg", asset_id="M1", seconds=5400, is_hd=True, line=1)
PREVIEW = PackageFile(FileRole.PREVIEW, "trailer.mpg", asset_id="R1", seconds=60, line=2)
COVER = PackageFile(FileRole.COVER, "cover.bmp", asset_id="B1", aspect="240x320", line=3)
POSTER = PackageFile(FileRole.POSTER, "poster.gif", asset_id="I1", aspect="320x180", line=4)
ALL = (MOVIE, PREVIEW, COVER, POSTER)


class Desk:
    """An inbox whose packages are published; films are asked for by "v<version>/<name>"."""

    def __init__(self, folder: Path, house: House) -> None:
        self.folder = folder
        self.house = house
        self.inbox: Inbox = make_inbox(
            house.operator,
            provider=make_provider(operator=house.operator),
            price_category=make_price_category(operator=house.operator, kind=2),
        )
        self.server = make_streaming_server(
            operator=house.operator, content="vod", vod_mask="http://edge.example/$file"
        )
        self.pictures = pictures_in(folder / "data", allowed_networks=())

    def publish(self, package: Package, *, version: int = 1, inbox: Inbox | None = None) -> Title | None:
        updated = [each for each in package.files if each.is_updated]
        for each in updated:
            (self.folder / each.name).write_bytes(picture(each.name, version) if "." in each.name else b"")
        return publish_title(
            actor=ACTOR,
            inbox=inbox or self.inbox,
            package=package,
            remotes={
                each.name: f"v{version}/{each.name}" for each in updated if each.role in (MOVIE.role, PREVIEW.role)
            },
            posters=posters_of(package, {each.name: self.folder / each.name for each in updated}, self.pictures),
            servers=[self.server],
        )

    def made(self, package: Package, **how: Any) -> Title:
        title = self.publish(package, **how)
        assert title is not None
        title.refresh_from_db()
        return title

    def unpublish(self, package: Package) -> None:
        unpublish_title(actor=ACTOR, inbox=self.inbox, package=package)


def picture(name: str, shade: int) -> bytes:
    kinds = {"bmp": "BMP", "gif": "GIF", "jpg": "JPEG"}
    file = io.BytesIO()
    Image.new("RGB", (48, 64), (shade, 2, 3)).save(file, kinds.get(name.rpartition(".")[2], "PNG"))
    return file.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    return Desk(tmp_path, House())


def written() -> tuple[int, int]:
    return AuditEntry.objects.count(), Change.objects.count()


# --- films ---


def test_a_package_becomes_a_title_that_devices_find_and_play(desk: Desk):
    said = make_title_metadata(
        actors=("Kate W", "Leo D"), directors=("James C",), countries=("IT", "FR"), language="it"
    )
    title = desk.made(make_package(files=ALL, title=said))
    assert (title.name, title.year, title.age, title.duration_minutes) == ("The Lighthouse", 2024, 13, 90)
    assert (title.external_id, title.provider, title.countries) == (make_package().asset, desk.inbox.provider, "IT, FR")
    assert sorted(title.genres.values_list("name", "is_category")) == [("Drama", False)]
    assert Genre.objects.of(desk.house.operator.pk).get(name="Movies").is_category
    assert sorted(title.persons.values_list("name", "role")) == [
        ("James C", "director"), ("Kate W", "actor"), ("Leo D", "actor"),
    ]  # fmt: skip
    assert list(title.servers.all()) == [desk.server]
    for field in ("thumbnail_small_url", "thumbnail_big_url", "vertical_poster_url", "horizontal_poster_url"):
        assert desk.pictures.has(getattr(title, field)), field
    films, trailers = (title.assets.filter(is_trailer=flag) for flag in (False, True))
    assert list(films.values_list("file_name", "duration_seconds", "quality")) == [("v1/film.mpg", 5400, 2)]
    assert list(trailers.values_list("file_name", "duration_seconds")) == [("v1/trailer.mpg", 60)]

    listed = desk.house.ask("VideoList")
    assert [row["id"] for row in listed["videos"]] == [title.pk]
    film = films.get()
    assert "v1/film.mpg" in desk.house.ask("VideoUrl", vid=title.pk, vfid=film.pk, redirect=0)["uri"]
    desk.unpublish(make_package(load_mode=LoadMode.UNPUBLISH))
    assert desk.house.ask("VideoList")["videos"] == []
    assert desk.house.ask("VideoUrl", vid=title.pk, vfid=film.pk)["error"]


def test_done_twice_nothing_changes(desk: Desk):
    package = make_package(files=ALL, title=make_title_metadata(actors=("Kate W",)))
    first = desk.made(package)
    before = written()
    assert desk.made(package).pk == first.pk
    assert written() == before
    desk.unpublish(package)
    before = written()
    desk.unpublish(package)
    assert written() == before


def test_an_update_changes_what_it_says_and_leaves_the_rest(desk: Desk):
    said = make_title_metadata(actors=("Kate W",), directors=("James C",), summary="Old.", studio="S")
    first = desk.made(make_package(files=ALL, title=said))
    film = first.assets.get(is_trailer=False)
    posters = first.vertical_poster_url
    first.price_category, first.is_enabled = None, False
    save(actor=ACTOR, obj=first)
    stays = tuple(replace(each, is_updated=False) for each in ALL)
    changed = make_title_metadata(
        name="The Tower", directors=("Jane C",), summary="", summary_short="", ratings=(), age=0
    )
    second = desk.made(make_package(load_mode=LoadMode.UPDATE, files=stays, title=changed))
    assert (second.pk, second.name, second.description, second.age) == (first.pk, "The Tower", "Old.", 13)
    assert sorted(second.persons.values_list("name", flat=True)) == ["Jane C", "Kate W"]
    assert (second.vertical_poster_url, second.price_category, second.is_enabled) == (posters, None, False)
    assert second.assets.get(is_trailer=False) == film


def test_a_new_version_of_a_movie_takes_the_place_of_the_old_one(desk: Desk):
    title = desk.made(make_package(files=(MOVIE, PREVIEW)))
    film = title.assets.get(is_trailer=False)
    renamed = replace(MOVIE, name="film-2.mpg", asset_id="M2", seconds=5500)
    again = desk.made(
        make_package(load_mode=LoadMode.UPDATE, files=(renamed, replace(PREVIEW, is_updated=False))), version=2
    )
    now = again.assets.get(is_trailer=False)
    assert (now.pk, now.file_name, now.duration_seconds) == (film.pk, "v2/film-2.mpg", 5500)
    assert again.assets.get(is_trailer=True).file_name == "v1/trailer.mpg"


def test_of_several_movies_the_one_is_changed_that_is_meant(desk: Desk):
    italian = replace(MOVIE, languages=("it",))
    english = replace(MOVIE, name="film-en.mpg", asset_id="M2", languages=("en",), line=9)
    title = desk.made(make_package(files=(italian, english)))
    assert sorted(title.assets.values_list("name", flat=True)) == ["The Lighthouse (en)", "The Lighthouse (it)"]
    files = (replace(italian, is_updated=False), replace(english, name="film-en-2.mpg"))
    desk.publish(make_package(load_mode=LoadMode.UPDATE, files=files), version=2)
    assert sorted(title.assets.values_list("file_name", flat=True)) == ["v1/film.mpg", "v2/film-en-2.mpg"]


def test_windows_decide_what_is_shown(desk: Desk):
    said = make_title_metadata(shown_from=NOW + timedelta(days=9000), shown_until=NOW + timedelta(days=9001))
    title = desk.made(make_package(title=said))
    assert (title.published_from, title.published_to) == (said.shown_from, said.shown_until)
    assert desk.house.ask("VideoList")["videos"] == []


def test_genres_and_persons_that_are_known_are_not_made_again(desk: Desk):
    operator = desk.house.operator
    drama = make_genre(operator=operator, name="drama")
    make_genre(name="Movies")  # another operator's
    for number in (1, 2):
        said = make_title_metadata(actors=("Kate W",), genres=("DRAMA",), categories=("Movies/Drama", "Movies"))
        desk.publish(make_package(asset=f"films.example/A{number}", title=said))
    assert sorted(Genre.objects.of(operator.pk).values_list("name", flat=True)) == ["Movies", "drama"]
    assert drama.titles.count() == 2
    assert Person.objects.of(operator.pk).count() == 1


def test_words_that_are_too_long_are_cut(desk: Desk):
    long = make_title_metadata(name="n" * 500, genres=("g" * 300,), actors=("a" * 300,), countries=("IT",) * 100)
    title = desk.made(make_package(title=long))
    assert (len(title.name), title.genres.filter(name="g" * 200).count(), title.persons.count()) == (200, 1, 1)


def test_a_broken_picture_refuses(desk: Desk):
    desk.folder.joinpath("cover.jpg").write_bytes(b"not a picture")
    broken = make_package(files=(replace(COVER, name="cover.jpg"),))
    with pytest.raises(PackageRefused, match=r"cover\.jpg: no picture"):
        posters_of(broken, {"cover.jpg": desk.folder / "cover.jpg"}, desk.pictures)


def test_a_failure_afterwards_takes_everything_back(desk: Desk):
    with transaction.atomic():
        desk.publish(make_package(files=ALL))
        transaction.set_rollback(True)
    assert not Title.objects.exists()
    assert not Genre.objects.of(desk.house.operator.pk).exists()


def test_another_providers_titles_and_another_operators_are_out_of_reach(desk: Desk):
    desk.publish(make_package())
    other = make_inbox(desk.house.operator, provider=make_provider(operator=desk.house.operator))
    with pytest.raises(PackageRefused, match="another provider"):
        desk.publish(make_package(load_mode=LoadMode.UPDATE), inbox=other)
    with pytest.raises(PackageRefused, match="another provider"):
        unpublish_title(actor=ACTOR, inbox=other, package=make_package())
    elsewhere = make_inbox()
    theirs = desk.made(make_package(), inbox=elsewhere)
    assert theirs.operator_id == elsewhere.operator_id
    unpublish_title(actor=ACTOR, inbox=elsewhere, package=make_package())
    assert is_published(desk.house.operator.pk, make_package().asset)


def test_keys_made_before_the_title_become_its_own(desk: Desk):
    key = TitleKey.objects.create(
        operator=desk.house.operator, asset=make_package().asset, key_id="1" * 32, sealed_key="x", created_at=NOW
    )
    title = desk.made(make_package(files=(MOVIE,)))
    key.refresh_from_db()
    assert key.title == title


# --- away and back ---


def test_what_somebody_bought_stays_true_and_comes_back(desk: Desk):
    package = make_package(files=(MOVIE,))
    title = desk.made(package)
    account = desk.house.account
    give_title(actor=ACTOR, account=account, title=title, price=Decimal(3), now=NOW)
    desk.unpublish(package)
    assert not is_published(desk.house.operator.pk, package.asset)
    title.refresh_from_db()
    assert (title.is_enabled, title.assets.get().file_name) == (False, "")
    assert TitlePurchase.objects.get(account=account).title == title
    assert desk.house.ask("VideoList")["videos"] == []
    back = desk.made(package, version=2)
    assert (back.pk, back.is_enabled, back.assets.get().file_name) == (title.pk, True, "v2/film.mpg")


def test_a_title_with_sold_tickets_stays(desk: Desk):
    title = desk.made(make_package(files=(MOVIE,)))
    seance = make_seance(title=title, starts_at=NOW)
    SeanceTicket.objects.create(
        operator=title.operator, seance=seance, code="1", account=make_account(operator=title.operator)
    )
    desk.unpublish(make_package())
    assert SeanceTicket.objects.count() == 1


def test_what_staff_made_is_not_touched(desk: Desk):
    mine = make_title(operator=desk.house.operator, name="Mine")
    desk.publish(make_package())
    desk.unpublish(make_package())
    assert list(Title.objects.all()) == [mine]


# --- series ---


def episode(number: int | None, season: int | None = 1, **fields: Any) -> Package:
    asset = fields.pop("asset", f"films.example/EPIS{season or 0:08}{number or 0:08}")
    said = make_title_metadata(
        name=f"Storms {number}", series="Storms", season=season, episode=number, episode_name=f"Part {number}", **fields
    )
    return make_package(asset=asset, files=(replace(MOVIE, name=f"e{season}-{number}.mpg"),), title=said)


def test_episodes_make_a_series(desk: Desk):
    first, second, other = (
        desk.made(episode(2)),
        desk.made(episode(1)),
        desk.made(episode(1, season=2, ratings=("R",), age=17)),
    )
    assert first.pk == second.pk == other.pk
    assert (other.name, other.kind, other.age) == ("Storms", TitleKind.SERIES, 17)
    found = Episode.objects.order_by("season__number", "number").values_list("season__number", "number", "name")
    assert list(found) == [(1, 1, "Part 1"), (1, 2, "Part 2"), (2, 1, "Part 1")]
    listed = desk.house.ask("VideoEpisodeList", season_id=Season.objects.get(number=1).pk)
    assert [row["name"] for row in listed["episodes"]] == ["Part 1", "Part 2"]
    before = written()
    desk.publish(episode(2))
    assert written() == before


def test_a_series_is_shown_while_one_of_its_episodes_is(desk: Desk):
    first, last = NOW, NOW + timedelta(days=9)
    desk.publish(episode(1, shown_from=first + timedelta(days=1), shown_until=last - timedelta(days=1)))
    desk.publish(episode(2, shown_from=first, shown_until=last))
    title = desk.made(replace(episode(3), load_mode=LoadMode.UPDATE))  # which says nothing about it
    assert (title.published_from, title.published_to) == (first, last)


def test_an_update_may_bring_pictures_alone(desk: Desk):
    before = desk.made(make_package(files=(COVER,)))
    after = desk.made(make_package(title=None, files=(COVER,), load_mode=LoadMode.UPDATE), version=90)
    assert after.pk == before.pk
    assert after.vertical_poster_url != before.vertical_poster_url


def test_an_episode_moves_is_updated_and_goes_with_its_season_and_series(desk: Desk):
    title = desk.made(episode(1))
    desk.publish(replace(episode(5, season=3, asset=episode(1).asset), load_mode=LoadMode.UPDATE), version=2)
    assert list(Episode.objects.values_list("season__number", "number")) == [(3, 5)]
    assert Asset.objects.get().file_name == "v2/e3-5.mpg"
    desk.publish(replace(episode(1), title=None, load_mode=LoadMode.UPDATE), version=3)
    assert Asset.objects.get().file_name == "v3/e1-1.mpg"
    desk.publish(episode(2, season=3))
    desk.unpublish(episode(1))
    assert list(Episode.objects.values_list("number", flat=True)) == [2]
    desk.unpublish(episode(2, season=3))
    assert not Title.objects.filter(pk=title.pk).exists()
    assert not Season.objects.exists()


def test_two_packages_cannot_be_the_same_episode(desk: Desk):
    desk.publish(episode(1))
    with pytest.raises(PackageRefused, match="has episode 1 already"):
        desk.publish(episode(1, asset="films.example/OTHER"))
    desk.publish(episode(None, asset="films.example/OTHER"))
    assert list(Episode.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    with pytest.raises(PackageRefused, match="another episode 1"):
        desk.publish(replace(episode(1, asset="films.example/OTHER"), load_mode=LoadMode.UPDATE))


def test_an_episode_without_a_film_is_planned_until_it_has_one(desk: Desk):
    announced = replace(episode(1), files=())
    desk.publish(announced)
    assert Episode.objects.get().is_planned
    desk.publish(replace(episode(1), load_mode=LoadMode.UPDATE))
    assert (Episode.objects.get().is_planned, Asset.objects.get().file_name) == (False, "v1/e1-1.mpg")


def test_an_update_without_a_title_changes_nothing_that_is_not_there(desk: Desk):
    assert desk.publish(make_package(title=None, load_mode=LoadMode.UPDATE)) is None
    assert not Title.objects.exists()

"""Lists of titles: what each filter keeps, orders, search in every script, and that long lists cost no more queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.contracts.house import House
from tests.factories.operators import make_operator
from tests.factories.vod import (
    make_asset,
    make_genre,
    make_person,
    make_provider,
    make_series,
    make_title,
)

from headend.kernel.actor import system
from headend.operators.actions import save, save_many
from headend.vod.models import Genre, Person, Title, TitleKind, TitleSource
from headend.vod.queries import (
    TitleFilter,
    counted_genres,
    filtered,
    order_persons,
    ordered,
    persons_of,
    shown_titles,
    similar_titles,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def found(operator: Any, **wanted: Any) -> list[str]:
    titles = filtered(shown_titles(operator.pk, NOW), TitleFilter(**wanted), NOW)
    return list(titles.order_by("pk").values_list("name", flat=True))


@pytest.fixture
def operator() -> Any:
    return make_operator()


@pytest.mark.parametrize("search", ["ЁЛКИ", "елки", "пАЛки ёл", "élysee", "ELYSÉE", "champs"])
def test_search_knows_no_case_and_no_accents(operator: Any, search: str) -> None:
    make_title(operator=operator, name="Ёлки-палки", name_lang1="Champs Élysées")
    make_title(operator=operator, name="Другое")
    assert found(operator, search=search) == ["Ёлки-палки"]


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1 --", "50%"])
def test_what_databases_take_for_patterns_is_text(operator: Any, search: str) -> None:
    make_title(operator=operator, name="Anything")
    assert found(operator, search=search) == []


def test_a_search_text_follows_its_title(operator: Any) -> None:
    title = make_title(operator=operator, name="First")
    title.name = "Второй"
    save(actor=system("tests"), obj=title)
    assert found(operator, search="ВТОРОЙ") == ["Второй"]
    title.name_lang2 = "Terzo"
    save_many(actor=system("tests"), objects=[title], fields=["name_lang2"])
    assert found(operator, search="terzo") == ["Второй"]


def test_only_what_is_shown_now(operator: Any) -> None:
    hour = timedelta(hours=1)
    make_title(operator=operator, name="shown", published_from=NOW, published_to=NOW + hour)
    make_title(operator=operator, name="later", published_from=NOW + hour)
    make_title(operator=operator, name="over", published_to=NOW)
    make_title(operator=operator, name="off", is_enabled=False)
    make_title(name="another operator's")
    assert found(operator) == ["shown"]


def test_genres_all_of_them_one_of_them_or_a_category(operator: Any) -> None:
    category = make_genre(operator=operator, is_category=True)
    drama, crime = (make_genre(operator=operator, category=category) for _ in range(2))
    make_title(operator=operator, name="both", genres=[drama, crime])
    make_title(operator=operator, name="crime", genres=[crime])
    make_title(operator=operator, name="category", genres=[category])
    assert found(operator, genres=[drama.pk, crime.pk]) == ["both"]
    assert found(operator, any_genres=[drama.pk, crime.pk]) == ["both", "crime"]
    assert found(operator, category=category.pk) == ["both", "crime", "category"]
    assert found(operator, genres=[10**9]) == []


def test_plain_filters(operator: Any) -> None:
    provider = make_provider(operator=operator, kind=3, name="START")
    person = make_person(operator=operator)
    make_title(
        operator=operator, name="a", year=2001, kinopoisk_rating=8, countries="Italy, San Marino", provider=provider
    )
    make_title(
        operator=operator, name="b", year=2010, kind=TitleKind.PACKAGE, source=TitleSource.PARTNER, persons=[person]
    )
    make_title(
        operator=operator, name="c", kind=TitleKind.SERIES, premiere_at=NOW + timedelta(days=9), is_announcement=True
    )
    Title.objects.filter(name="b").update(created_at=NOW - timedelta(days=31))
    assert found(operator, year=2001) == ["a"]
    assert found(operator, year_from=2001, year_to=2010) == ["a", "b"]
    assert found(operator, kinopoisk_from=7.5) == ["a"]
    assert found(operator, country="SAN marino") == ["a"]
    assert found(operator, country="Marino") == []
    assert (
        found(operator, provider=provider.pk)
        == found(operator, provider_kind=3)
        == found(operator, provider_name="start")
        == ["a"]
    )
    assert found(operator, is_package=True) == ["b"]
    assert found(operator, is_package=False, is_series=False) == ["a"]
    assert found(operator, sources=[2]) == ["b"]
    assert found(operator, sources=[]) == []
    assert found(operator, is_premiere=True) == found(operator, is_announcement=True) == ["c"]
    assert found(operator, person=person.pk) == ["b"]
    assert found(operator, is_new=True) == ["a", "c"]


def test_orders(operator: Any) -> None:
    for name, year in (("бета", 2001), ("Альфа", None), ("Zeta", 2020), ("alpha", 2001)):
        make_title(operator=operator, name=name, year=year)
    titles = shown_titles(operator.pk, NOW)

    def names(order: str) -> list[str]:
        return [title.name for title in ordered(titles, order)]

    assert names("name") == ["alpha", "Zeta", "Альфа", "бета"]
    assert names("year") == ["бета", "alpha", "Zeta", "Альфа"]
    assert names("-year") == ["Zeta", "alpha", "бета", "Альфа"]
    assert names("") == ["alpha", "Zeta", "Альфа", "бета"]
    with pytest.raises(KeyError):
        names("password")


def test_persons_in_their_orders(operator: Any) -> None:
    anna, boris, zoe = (make_person(operator=operator, name=name) for name in ("Анна", "boris", "Zoe"))
    make_title(operator=operator, persons=[zoe, boris])
    make_title(operator=operator, persons=[zoe])
    people = persons_of(operator.pk, "")

    def names(order: str) -> list[str]:
        return [person.name for person in order_persons(people, order)]

    assert names("cyrillic-first") == ["Анна", "boris", "Zoe"]
    assert names("-film_count") == ["Zoe", "boris", "Анна"]
    assert [person.pk for person in persons_of(operator.pk, "", search="АННА")] == [anna.pk]


def test_similar_are_those_an_editor_named_else_those_of_the_genre(operator: Any) -> None:
    genre = make_genre(operator=operator)
    one, two, three = (make_title(operator=operator, genres=[genre]) for _ in range(3))
    assert set(similar_titles(one, NOW)) == {two, three}
    one.similar.set([three])
    assert list(similar_titles(one, NOW)) == [three]


def test_genres_count_what_is_shown(operator: Any) -> None:
    genre = make_genre(operator=operator)
    make_title(operator=operator, genres=[genre])
    make_title(operator=operator, genres=[genre], is_enabled=False)
    counted = counted_genres(operator.pk, NOW, TitleFilter(), categories_only=False, category=None)
    assert [(each.genre, each.titles) for each in counted] == [(genre, 1)]


def shelf_of(house: House, number: int) -> None:
    genre, person = (
        Genre.objects.create(operator=house.operator, name=f"g{number}"),
        make_person(operator=house.operator),
    )
    for _ in range(number):
        title = make_title(operator=house.operator, genres=[genre], persons=[person], tariffs=[house.tariff])
        make_asset(title=title)


@pytest.mark.parametrize("call", ["VideoList", "NoAuthVideoList", "ActorList", "GenreList", "SeanceList"])
def test_a_long_list_costs_no_more_queries_than_a_short_one(call: str) -> None:
    counts = []
    for number in (3, 40):
        house = House()
        shelf_of(house, number)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = house.ask(call, limit=100)
        assert answer.error == 0
        counts.append(len(queries))
    assert counts[0] == counts[1], counts
    assert counts[0] < 25


def test_a_season_costs_no_more_queries_for_many_episodes() -> None:
    counts = []
    for number in (2, 30):
        house = House()
        _title, season = make_series(operator=house.operator, episodes=number)
        with CaptureQueriesContext(connection) as queries:
            assert len(house.ask("VideoEpisodeList", season_id=season.pk)["episodes"]) == number
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


def test_pages_are_whole_and_never_overlap() -> None:
    house = House()
    shelf_of(house, 25)
    pages = [house.ask("VideoList", limit=10, page=page, order="year") for page in (1, 2, 3, 4)]
    numbers = [video["id"] for page in pages for video in page["videos"]]
    assert [len(page["videos"]) for page in pages] == [10, 10, 5, 0]
    assert len(set(numbers)) == 25 == pages[0]["count"]
    assert house.ask("VideoList", page=10**15)["videos"] == []
    assert len(house.ask("VideoList", limit=10**6)["videos"]) == 25
    assert Person.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
@pytest.mark.parametrize(
    "wanted",
    [TitleFilter(), TitleFilter(is_announcement=False), TitleFilter(is_series=True, sources=(0, 1), provider=3)],
)
def test_titles_are_counted_without_being_read(wanted: TitleFilter) -> None:
    titles = filtered(shown_titles(House().operator.pk, NOW), wanted, NOW)
    assert "COVERING INDEX title_shown" in titles.order_by().values("pk").explain()


def test_persons_by_the_number_of_their_titles() -> None:
    house = House()
    none, one, two = (make_person(operator=house.operator, name=f"Sea {number}") for number in range(3))
    make_title(operator=house.operator, persons=[two])
    make_title(operator=house.operator, persons=[two, one])
    for call, asked in (("ActorList", {}), ("ActorListSearch", {"search": "sea"})):
        for order, expected in (("-film_count", [two, one, none]), ("film_count", [none, one, two])):
            told = house.ask(call, order=order, **asked)
            assert [row["id"] for row in told["actors"]] == [person.pk for person in expected]

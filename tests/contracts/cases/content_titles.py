"""Content API: titles."""

from typing import Any

from tests.contracts.cases.content_stage import ANY_NUMBER, NO_VALUES, READS, SAVED, film_database
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.vod import (
    make_asset,
    make_episode,
    make_genre,
    make_person,
    make_provider,
    make_series,
    make_title,
)

from headend.interfaces.content_api.metadata import is_loading
from headend.vod.models import Title


def title(house: House, **fields: Any) -> Any:
    """A film of the house."""
    return make_title(operator=house.operator, **fields)


@good("content.VideoCreate")
def _(house: House) -> Answer:
    genre, actor = make_genre(operator=house.operator), make_person(operator=house.operator)
    answer = house.ask(
        "content.VideoCreate",
        name="The Sea",
        name_lang1="Море",
        year=2021,
        genres=[genre.pk],
        actors_set=[actor.pk],
        tariffs=[house.tariff.pk],
        director="Ada Rossi, Bo Berg",
        uri="films/sea.mp4",
        published_from="2026-01-01T10:00:00.0+03:00",
        meta='{"a": 1}',
        ext_id="S-1",
        poster_url="http://127.0.0.1:9/none.jpg",
    )
    assert [each["field"] for each in answer["upload_errors"]] == ["poster_url"]
    told = house.ask("content.VideoDetail", id=answer["id"])
    assert (told["name_lang1"], told["genres"], told["actors"], told["meta"]) == (
        "Море",
        [genre.pk],
        [actor.pk],
        '{"a":1}',
    )
    assert len(told["files"]) == 1
    return house.ask("content.VideoCreate", name="Land", genres=[genre.pk], actors_set=[actor.pk], director="Bo Berg")


@good("content.VideoModify")
def _(house: House) -> Answer:
    film = title(house, name="The Sea", description="Waves.", year=2021)
    other = title(house)
    assert house.ask("content.VideoModify", id=film.pk, year="", is_season=1, similar_add=[other.pk]).error == 0
    told = house.ask("content.VideoDetail", id=film.pk)
    assert (told["name"], told["description"], told["year"], told["is_season"]) == ("The Sea", "Waves.", 0, 1)
    assert told["is_similar_exist"] == 1
    assert house.ask("content.VideoModify", id=film.pk, description="").error == 0
    assert house.ask("content.VideoDetail", id=film.pk)["description"] == ""
    assert loading(house, 0).error == 0
    return house.ask("content.VideoModify", id=film.pk, name="Land", similar_remove=[other.pk])


@good("content.VideoDelete")
def _(house: House) -> Answer:
    film = title(house)
    answer = house.ask("content.VideoDelete", id=film.pk)
    assert not Title.objects.filter(pk=film.pk).exists()
    return answer


@good("content.VideoDetail")
def _(house: House) -> Answer:
    series, _season = make_series(
        operator=house.operator,
        genres=[make_genre(operator=house.operator)],
        persons=[make_person(operator=house.operator)],
        provider=make_provider(operator=house.operator),
        external_id="X-1",
    )
    series.package_titles.add(title(house))
    answer = house.ask("content.VideoDetail", ext_id="X-1")
    assert (answer["id"], answer["episode_count"], len(answer["files"])) == (series.pk, 2, 2)
    return answer


@good("content.VideoList")
def _(house: House) -> Answer:
    films = [title(house) for _ in range(3)]
    asset, _other = make_asset(title=films[0]), make_asset(title=films[1])
    make_episode(season=make_series(operator=house.operator)[1], number=9)
    answer = house.ask("content.VideoList", limit=2)
    assert [each["id"] for each in answer["videos"]] == [film.pk for film in films[:2]]
    assert answer["videos"][0]["files"] == [{"id": asset.pk, "name": asset.name, "duration": 3600}]
    last = house.ask("content.VideoList", limit=2, page=2)
    assert [each["has_episodes"] for each in last["videos"]] == [False, True]
    assert house.ask("content.VideoList", limit=2, page=9)["videos"] == []
    return answer


NUMBERS = {1: 9, 2: 2, 3: 3, 4: 6, 5: 1, 6: 4}
"""What the stand-in is asked for to make it fail in each way; with 9 nobody listens."""


def loading(house: House, number: int) -> Answer:
    """Ask for what a film database says of a film of a house; `number` is that of the failure."""
    film = title(house, name="Old", movie_db_id=NUMBERS.get(number, 11))
    with film_database(is_down=number == 1):
        answer = house.ask("content.VideoModify", id=film.pk, load_meta=1, year=1999)
    told = house.ask("content.VideoDetail", id=film.pk)
    assert (told["name"], told["year"]) == (("Old", 0) if number else ("The Sea", 1999))
    return answer


for _number in NUMBERS:

    @refused("content.VideoModify", _number)
    def _(house: House, number: int = _number) -> Answer:
        return loading(house, number)


@refused("content.VideoModify", 7)
def _(house: House) -> Answer:
    film = title(house, name="Old", movie_db_id=11)
    with is_loading(film):
        return house.ask("content.VideoModify", id=film.pk, load_meta=1)


for _name in ("VideoModify", "VideoDelete", "VideoDetail"):

    @refused(f"content.{_name}", 404)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(f"content.{name}", id=title(House()).pk)


@refused("content.VideoCreate", 20)
def _(house: House) -> Answer:
    return house.ask("content.VideoCreate", name="The Sea", year="last")


@refused("content.VideoCreate", 21)
def _(house: House) -> Answer:
    answer = house.ask(
        "content.VideoCreate", name="", kinopoisk_rating=11, genres=[10**9], published_from="2026-01-01T00:00"
    )
    assert sorted(answer["error_fields"]) == ["genres", "kinopoisk_rating", "name"]
    foreign = make_genre().pk
    assert house.ask("content.VideoCreate", name="The Sea", genres=[foreign]).error == 21
    assert house.ask("content.VideoCreate", name="The Sea", meta="[1]").error == 21
    return answer


@refused("content.VideoModify", 20)
def _(house: House) -> Answer:
    return house.ask("content.VideoModify", year=2021)


@refused("content.VideoModify", 21)
def _(house: House) -> Answer:
    film = title(house, name="The Sea")
    answer = house.ask("content.VideoModify", id=film.pk, name="", year=1999)
    assert house.ask("content.VideoDetail", id=film.pk)["year"] == 0
    assert house.ask("content.VideoModify", id=film.pk, name="Land", available_on=[10**9]).error == 21
    return answer


@refused("content.VideoDelete", 20)
def _(house: House) -> Answer:
    return house.ask("content.VideoDelete")


@refused("content.VideoDetail", 20)
def _(house: House) -> Answer:
    return house.ask("content.VideoDetail", id="x")


@refused("content.VideoDetail", 21)
def _(house: House) -> Answer:
    return house.ask("content.VideoDetail")


@refused("content.VideoList", 20)
def _(house: House) -> Answer:
    return house.ask("content.VideoList", page=0)


never("content.VideoCreate", {22: SAVED, 404: "what it names and is not there is a value that is not acceptable, 21"})
never("content.VideoModify", {22: SAVED})
never("content.VideoDelete", {21: NO_VALUES, 22: SAVED})
never("content.VideoDetail", {22: READS})
never("content.VideoList", {21: "it takes nothing but numbers", 22: READS, 404: ANY_NUMBER})

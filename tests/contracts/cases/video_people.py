"""Persons, genres and providers of titles."""

from tests.contracts.cases.video import shelf
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused


@good("ActorDetail")
def _(house: House) -> Answer:
    return house.ask("ActorDetail", aid=shelf(house).persons[0].pk)


@refused("ActorDetail", 1)
def _(house: House) -> Answer:
    return house.ask("ActorDetail", aid=10**9)


@good("NoAuthActorDetail")
def _(house: House) -> Answer:
    return house.ask("NoAuthActorDetail", aid=shelf(house).persons[1].pk)


@refused("NoAuthActorDetail", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthActorDetail", aid="Anna")


@good("ActorList")
def _(house: House) -> Answer:
    made = shelf(house)
    answer = house.ask("ActorList", vid=made.film.pk, type="all", order="-film_count")
    assert answer.is_xml or answer["count"] == 2
    return answer


@refused("ActorList", 1)
def _(house: House) -> Answer:
    return house.ask("ActorList", order="height")


@good("NoAuthActorList")
def _(house: House) -> Answer:
    shelf(house)
    return house.ask("NoAuthActorList", order="cyrillic-first", type="director")


@refused("NoAuthActorList", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthActorList", type="extra")


@good("ActorListSearch")
def _(house: House) -> Answer:
    shelf(house)
    answer = house.ask("ActorListSearch", search="MARE")
    assert answer.is_xml or [each["name"] for each in answer["actors"]] == ["Anna Mare"]
    return answer


@refused("ActorListSearch", 1)
def _(house: House) -> Answer:
    return house.ask("ActorListSearch")


@good("GenreList")
def _(house: House) -> Answer:
    made = shelf(house)
    answer = house.ask("GenreList", category_id=made.category.pk, lang="ru")
    if not answer.is_xml:
        assert [(each["name"], each["count"]) for each in answer["genres"]] == [("Драма", 2)]
    return answer


@refused("GenreList", 1)
def _(house: House) -> Answer:
    return house.ask("GenreList", categories="some")


@good("NoAuthGenreList")
def _(house: House) -> Answer:
    shelf(house)
    answer = house.ask("NoAuthGenreList", categories=1)
    assert answer.is_xml or [each["subgenres_count"] for each in answer["genres"]] == [1]
    return answer


@refused("NoAuthGenreList", 1)
def _(house: House) -> Answer:
    return house.ask("NoAuthGenreList", provider_id="Harbour")


@good("ProviderList")
def _(house: House) -> Answer:
    shelf(house)
    return house.ask("ProviderList")


@good("NoAuthProviderList")
def _(house: House) -> Answer:
    shelf(house)
    return house.ask("NoAuthProviderList")

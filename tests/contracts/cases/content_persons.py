"""Content API: actors and directors."""

from typing import Any

from tests.contracts.cases.content_stage import ANY_NUMBER, NO_VALUES, READS, SAVED, film_database, pictures_served
from tests.contracts.cases.content_titles import NUMBERS, title
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.vod import make_person

from headend.vod.models import Person

FAILURES = {**NUMBERS, 5: 1, 7: 5}


def person(house: House, **fields: Any) -> Any:
    return make_person(operator=house.operator, **fields)


@good("content.ActorCreate")
def _(house: House) -> Answer:
    with pictures_served() as url:
        answer = house.ask(
            "content.ActorCreate",
            name="Ada Rossi",
            country="Italy",
            country_lang1="Италия",
            birthdate="1980-01-02",
            gender=2,
            type="director",
            photo_url=f"{url}/good.png",
        )
    told = house.ask("content.ActorDetail", id=answer["id"])
    assert (told["country_lang1"], told["birthdate"], told["gender"], told["type"]) == (
        "Италия",
        "1980-01-02",
        "2",
        "Director",
    )
    assert told["photo"].startswith("http://127.0.0.1")
    assert answer["upload_errors"] == []
    with film_database():
        loaded = house.ask("content.ActorCreate", movie_db_id=13)
    assert house.ask("content.ActorDetail", id=loaded["id"])["name"] == "Ada Rossi"
    assert [each["field"] for each in loaded["upload_errors"]] == ["photo_url"]
    return house.ask("content.ActorCreate", name="Bo Berg", country="Norway")


@good("content.ActorModify")
def _(house: House) -> Answer:
    someone = person(house, name="Bo", country="Norway", movie_db_id=13, translations={"country_lang1": "Норвегия"})
    answer = house.ask("content.ActorModify", id=someone.pk, biography="Born.", country_lang1="")
    someone.refresh_from_db()
    assert (someone.name, someone.biography, someone.translations) == ("Bo", "Born.", {})
    with film_database():
        assert house.ask("content.ActorModify", id=someone.pk, load_meta=1, country="Sweden").error == 0
    someone.refresh_from_db()
    assert (someone.name, someone.country, someone.gender) == ("Ada Rossi", "Sweden", 2)
    return answer


@good("content.ActorDelete")
def _(house: House) -> Answer:
    return house.ask("content.ActorDelete", id=person(house).pk)


@good("content.ActorDetail")
def _(house: House) -> Answer:
    return house.ask("content.ActorDetail", id=person(house).pk)


@good("content.ActorList")
def _(house: House) -> Answer:
    first, second = person(house, name="Bo", country="Italy"), person(house, name="Ada", role="director")
    film = title(house)
    film.persons.add(first)
    answer = house.ask("content.ActorList")
    assert answer["actors"] == [second.pk, first.pk]
    for wish, expected in (
        ({"order": "name"}, [second.pk, first.pk]),
        ({"order": "-film_count"}, [first.pk, second.pk]),
        ({"order": "id", "limit": 1, "page": 2}, [second.pk]),
        ({"country": "Italy"}, [first.pk]),
        ({"type": "director"}, [second.pk]),
        ({"movie_id": film.pk}, [first.pk]),
    ):
        assert house.ask("content.ActorList", **wish)["actors"] == expected, wish
    return answer


for _number, _asked in FAILURES.items():

    @refused("content.ActorCreate", _number)
    def _(house: House, number: int = _number, asked: int = _asked) -> Answer:
        with film_database(is_down=number == 1):
            answer = house.ask("content.ActorCreate", movie_db_id=asked)
        assert not Person.objects.of(house.operator.pk).exists()
        return answer

    @refused("content.ActorModify", _number)
    def _(house: House, number: int = _number, asked: int = _asked) -> Answer:
        someone = person(house, movie_db_id=asked)
        with film_database(is_down=number == 1):
            return house.ask("content.ActorModify", id=someone.pk, load_meta=1)


@refused("content.ActorCreate", 21)
def _(house: House) -> Answer:
    assert house.ask("content.ActorCreate", name="Bo", type="singer")["error_fields"].keys() == {"type"}
    return house.ask("content.ActorCreate", country="Italy")


@refused("content.ActorModify", 21)
def _(house: House) -> Answer:
    return house.ask("content.ActorModify", id=person(house).pk, gender=3)


@refused("content.ActorCreate", 20)
def _(house: House) -> Answer:
    return house.ask("content.ActorCreate", name="Bo", birthdate="yesterday")


@refused("content.ActorList", 20)
def _(house: House) -> Answer:
    assert house.ask("content.ActorList", type="singer").error == 20
    return house.ask("content.ActorList", order="height")


for _name in ("ActorModify", "ActorDelete", "ActorDetail"):

    @refused(f"content.{_name}", 404)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(f"content.{name}", id=person(House()).pk)

    @refused(f"content.{_name}", 20)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(f"content.{name}")


never("content.ActorCreate", {22: SAVED, 404: ANY_NUMBER})
never("content.ActorModify", {22: SAVED})
never("content.ActorDelete", {21: NO_VALUES, 22: SAVED})
never("content.ActorDetail", {21: NO_VALUES, 22: READS})
never("content.ActorList", {21: "what cannot be read is 20", 22: READS, 404: ANY_NUMBER})

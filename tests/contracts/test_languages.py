"""What is kept in several languages is told in the one that a device asks for, and else in the operator's own."""

from typing import Any

import pytest
from tests.contracts.house import House
from tests.factories.vod import make_genre, make_title

pytestmark = pytest.mark.django_db
TEXTS = {
    "name": "name",
    "description": "description",
    "short_description": "short_description",
    "countries": "countries",
    "language": "language",
    "horizontal_poster_url": "horizontal_poster",
}


@pytest.fixture
def house() -> House:
    house = House()
    house.operator.extra_languages = ["ru", "it"]
    house.operator.save()
    return house


def told(house: House, number: int, **asked: Any) -> list[dict[str, Any]]:
    """A title as each call tells it."""
    lists = [house.ask(call, **asked)["videos"][0] for call in ("VideoList", "NoAuthVideoList")]
    pages = [house.ask(call, vid=number, **asked) for call in ("VideoDetail", "NoAuthVideoDetail")]
    return [*lists, *({name: page[name] for name in lists[0]} for page in pages)]


@pytest.mark.parametrize(("language", "suffix"), [("", ""), ("ru", "_lang1"), ("it", "_lang2"), ("xx", "")])
def test_a_title(house: House, language: str, suffix: str) -> None:
    texts = {f"{field}{end}": f"https://x.example/{field}{end}" for field in TEXTS for end in ("", "_lang1", "_lang2")}
    genre = make_genre(operator=house.operator, name="Drama", name_lang1="Драма", name_lang2="Dramma")
    title = make_title(operator=house.operator, genres=[genre], **texts)
    for row in told(house, title.pk, **({"lang": language} if language else {})):
        assert {field: row[name] for field, name in TEXTS.items()} == {f: texts[f + suffix] for f in TEXTS}
        assert row["genres"] == getattr(genre, f"name{suffix}")


def test_what_was_not_translated(house: House) -> None:
    title = make_title(operator=house.operator, name="The Sea", language="Italian")
    assert [(row["name"], row["language"]) for row in told(house, title.pk, lang="ru")] == [("The Sea", "Italian")] * 4

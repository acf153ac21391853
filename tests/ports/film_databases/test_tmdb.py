"""The film database against a web server that answers as TMDB does."""

from datetime import date

import pytest
from tests.ports.film_databases.web import answers
from tests.ports.widgets.web import serving

from headend.adapters.film_databases import film_database
from headend.vod.errors import (
    MetadataAway,
    MetadataBlocked,
    MetadataFailed,
    MetadataLimited,
    MetadataMissing,
    MetadataUnknown,
    MetadataUnreadable,
)


def test_films_series_and_persons_are_described() -> None:
    with serving(answers) as (url, asked):
        source = film_database(url=url, key="sesame", pictures_url="https://pictures.example/o")
        film = source.title(11, is_series=False, language="it")
        assert (film.name, film.name_original, film.year, film.minutes) == ("The Sea", "Il mare", 2021, 95)
        assert (film.genres, film.countries, film.rating) == ("Drama, Family", "Italy", 7.25)
        assert (film.poster_url, film.screenshot_url) == ("https://pictures.example/o/p.jpg", "")
        assert "language=it" in asked[0]
        series = source.title(12, is_series=True, language="en")
        assert (series.name, series.minutes, series.premiere) == ("Harbour", 45, None)
        person = source.person(13, language="en")
        assert (person.gender, person.country, person.birth_date) == (2, "Italy", date(1980, 1, 2))


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (1, MetadataMissing),
        (2, MetadataBlocked),
        (3, MetadataUnknown),
        (4, MetadataLimited),
        (5, MetadataFailed),
        (6, MetadataUnreadable),
        (7, MetadataUnreadable),
    ],
)
def test_what_goes_wrong_is_told_apart(number: int, error: type[Exception]) -> None:
    with serving(answers) as (url, _), pytest.raises(MetadataFailed) as caught:
        film_database(url=url, key="sesame", pictures_url="").title(number, is_series=False, language="en")
    assert type(caught.value) is error


def test_without_a_key_or_a_server_there_is_none() -> None:
    with serving(answers) as (url, asked):
        with pytest.raises(MetadataMissing):
            film_database(url=url, key="", pictures_url="").person(13, language="en")
        assert asked == []
    with pytest.raises(MetadataAway) as caught:
        film_database(url=url, key="sesame", pictures_url="").person(13, language="en")
    assert "sesame" not in str(caught.value)

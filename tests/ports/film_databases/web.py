"""A web server that answers as TMDB does: 11 is a film, 12 a series, 13 a person, 1 to 9 are trouble."""

import json
from typing import Any

FILM = {
    "id": 11, "title": "The Sea", "original_title": "Il mare", "overview": "Waves.", "release_date": "2021-03-04",
    "runtime": 95, "vote_average": 7.25, "genres": [{"id": 1, "name": "Drama"}, {"id": 2, "name": "Family"}],
    "production_countries": [{"iso_3166_1": "IT", "name": "Italy"}], "poster_path": "/p.jpg", "backdrop_path": None,
    "budget": 5, "belongs_to_collection": None,
}  # fmt: skip
SERIES = {"name": "Harbour", "original_name": "Porto", "first_air_date": "", "episode_run_time": [45], "runtime": None}
PERSON = {
    "name": "Ada Rossi", "biography": "", "birthday": "1980-01-02", "gender": 1, "profile_path": "/a.jpg",
    "place_of_birth": "Genova, Liguria, Italy", "known_for_department": "Acting",
}  # fmt: skip
STATUS = {"1": 401, "2": 403, "4": 429, "5": 500}
UNREADABLE = {"6": b'{"title": [', "7": b'{"title": 5, "name": 5}'}


def answers(path: str, params: dict[str, str]) -> tuple[int, bytes]:
    if params.get("api_key") != "sesame":
        return 401, b"{}"
    known: dict[str, Any] = {"/movie/11": FILM, "/tv/12": SERIES, "/person/13": PERSON}
    number = path.rpartition("/")[2]
    if number in UNREADABLE:
        return 200, UNREADABLE[number]
    return (200, json.dumps(known[path]).encode()) if path in known else (STATUS.get(number, 404), b"{}")

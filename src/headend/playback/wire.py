"""Fields that devices are told by both halves of their API: by the gate, and by what answers from the records."""

from collections.abc import Callable

from headend.catalog.ports import ProgrammeDetails
from headend.kernel.formats import to_json


def programme_meta(details: ProgrammeDetails, subtitle: str, whole: Callable[[str], str]) -> str:
    """The `meta` of a programme: a JSON object in a text, with those of the wire's keys that have a value.

    `subtitle` is in the caller's language; `whole` makes a whole address of a picture's.
    """
    people = details.credits
    participants = {
        "actor": people.actors if people else (),
        "composer": people.composers if people else (),
        "director": people.directors if people else (),
        "producer": people.producers if people else (),
    }
    stars = {system.casefold(): value for system, value in details.stars.items()}
    fields = {
        "extra_name": subtitle,
        "genres": details.categories,
        "participants": {role: names for role, names in participants.items() if names},
        "countries": details.countries,
        "year": details.date[:4],
        "previews": [whole(icon) for icon in details.icons],
        "tags": details.keywords,
        "kinopoisk": stars.get("kinopoisk", ""),
        "imdb": stars.get("imdb", ""),
        "name_orig": details.titles.get(details.original_language, ""),
    }
    return to_json({name: value for name, value in fields.items() if value}).decode()

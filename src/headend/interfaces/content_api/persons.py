"""Actors and directors."""

from copy import copy
from datetime import date

from headend.catalog.pictures import PictureKind
from headend.interfaces.content_api import BAD_PARAMETER, asks, writes
from headend.interfaces.content_api.forms import (
    LANGUAGES,
    LONG_TEXT,
    Form,
    bad,
    find,
    over_what_came_meanwhile,
    own,
    text,
    texts,
    value,
)
from headend.interfaces.content_api.metadata import ERRORS_OF_PERSONS, describe_person, is_loading
from headend.interfaces.content_api.pages import USUAL, page_of
from headend.interfaces.content_api.pictures import UploadErrors, parameters_of, take
from headend.interfaces.wire.callers import Guest, whole
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Sent, loose
from headend.kernel.formats import Fields
from headend.operators.actions import delete, save
from headend.vod.models import Person, PersonRole
from headend.vod.queries import order_persons, persons_of

PERSONS = own(Person)
PHOTO = {"photo_url": {"photo_url": PictureKind.PERSON}}
TRANSLATED = {"country": 100, "profession": 200, "biography": LONG_TEXT}
"""Texts whose other languages stand together in one column, and how long they may be."""

FORM = Form(
    (
        *texts("name"),
        text("name_orig", "name_original"),
        *(text(name, longest=longest) for name, longest in TRANSLATED.items()),
        value("birthdate", date, "birth_date"),
        value("gender", int),
        value("movie_db_id", int),
        text("type", "role"),
    ),
    tuple(
        loose(f"{name}{each}", str, longest=longest) for name, longest in TRANSLATED.items() for each in LANGUAGES[1:]
    ),
)


@writes(
    "ActorCreate",
    "/actor/create/",
    errors=ERRORS_OF_PERSONS.meanings,
    refusals=ERRORS_OF_PERSONS.refusals,
    takes=(*FORM.parameters, *parameters_of(PHOTO)),
)
def create_actor(guest: Guest, sent: Sent) -> Fields:
    """Create an actor or director.

    Choice: with a `movie_db_id` and without a `name` all else is loaded from the film database.
    """
    person = Person(operator=guest.operator)
    has_name = bool(sent.get("name"))
    if not has_name and sent.get("movie_db_id") is None:
        raise bad("name", "neither name nor movie_db_id is given")
    _fill(guest, person, Sent({**sent, "name": sent.get("name") or "?"}))
    errors: UploadErrors = []
    if not has_name:
        errors = describe_person(guest, person, Sent({key: sent[key] for key in sent if key != "name"}), PHOTO)
    errors += take(person, PHOTO, sent)
    save(actor=guest.actor, obj=person)
    return {"id": person.pk, "upload_errors": errors}


@writes(
    "ActorModify",
    "/actor/modify/",
    errors=ERRORS_OF_PERSONS.meanings,
    refusals=ERRORS_OF_PERSONS.refusals,
    takes=FORM.parameters,
)
def modify_actor(guest: Guest, id: int, sent: Sent, load_meta: bool = False, update_photo: bool = True) -> Fields:
    """Change an actor or director; `load_meta` loads what is not sent from the film database, the photo too.

    Choice: nothing is changed when the film database fails; a photo that cannot be had is passed over.
    """
    person: Person = find(guest, id, PERSONS, "actor")
    read = copy(person)
    _fill(guest, person, sent)
    if load_meta:
        with is_loading(person):
            describe_person(guest, person, sent, PHOTO if update_photo else {})
    with over_what_came_meanwhile(person, read):
        save(actor=guest.actor, obj=person)
    return {}


def _fill(guest: Guest, person: Person, sent: Sent) -> None:
    FORM.fill(guest, person, sent)
    others = {name: sent[name] for name in (each.name for each in FORM.others) if name in sent}
    before = person.translations if isinstance(person.translations, dict) else {}
    person.translations = {name: said for name, said in (before | others).items() if said}


@writes("ActorDelete", "/actor/delete/")
def delete_actor(guest: Guest, id: int) -> Fields:
    """Delete an actor or director; titles lose them."""
    delete(actor=guest.actor, obj=find(guest, id, PERSONS, "actor"))
    return {}


@asks("ActorDetail", "/actor/detail/")
def actor_detail(guest: Guest, id: int) -> Fields:
    """Tell all of an actor or director."""
    person: Person = find(guest, id, PERSONS, "actor")
    others = person.translations if isinstance(person.translations, dict) else {}
    return {
        "id": person.pk,
        **{f"name{each}": getattr(person, f"name{each}") for each in LANGUAGES},
        "photo": whole(person.photo_url),
        **{name: getattr(person, name) for name in TRANSLATED},
        **{name: str(others.get(name, "")) for name in (each.name for each in FORM.others)},
        "name_orig": person.name_original,
        "movie_db_id": person.movie_db_id or 0,
        "gender": str(person.gender) if person.gender else "",
        "birthdate": person.birth_date.isoformat() if person.birth_date else "",
        "type": "Director" if person.role == PersonRole.DIRECTOR else "Actor",
    }


@asks("ActorList", "/actor/list/")
def list_actors(  # noqa: PLR0913 - the wire's own parameters
    guest: Guest,
    limit: int = USUAL,
    page: int = 1,
    order: str = "-id",
    country: str = "",
    type: str = "",
    movie_id: int | None = None,
) -> Fields:
    """List the numbers of actors and directors, those of a title with `movie_id`."""
    if type not in ("", *PersonRole.values):
        raise Refused(BAD_PARAMETER, "type is actor or director")
    persons = persons_of(guest.operator.pk, type, movie_id)
    persons = persons.filter(country=country) if country else persons
    if order.removeprefix("-") == "id":
        ordered = persons.order_by("-pk" if order == "-id" else "pk")
    else:
        try:
            ordered = order_persons(persons, order)
        except KeyError as error:
            raise Refused(BAD_PARAMETER, "order is id, name, film_count or birthdate, turned round with a -") from error
    return {"actors": [person.pk for person in page_of(ordered, limit, page)]}

"""Persons, genres and providers of titles."""

from django.core.cache import cache

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.video_rows import ROLES, page_of, person_row
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.formats import Fields
from headend.vod.models import Person
from headend.vod.queries import (
    CountedGenre,
    TitleFilter,
    counted_genres,
    genres_of_person,
    order_persons,
    persons_of,
    providers_of,
)

BAD = {1: "a parameter is bad"}
GENRES_KEPT_SECONDS = 60


@DEVICE_API.call("ActorDetail", "GET", "/actor/detail/", errors={1: "no such person"})
@DEVICE_API.call("NoAuthActorDetail", "GET", "/noauth/actor/detail/", needs=Needs.KEY, errors={1: "no such person"})
def show_person(caller: Guest, aid: int) -> Fields:
    """Tell all of somebody who acts in titles or directs them, and the genres of those."""
    person = Person.objects.of(caller.operator.pk).filter(pk=aid).first()
    if person is None:
        raise Refused(1)
    genres = [
        {"id": genre.pk, "name": caller.name_of(genre), "is_category": int(genre.is_category)}
        for genre in genres_of_person(person)
    ]
    pictures = {"name_orig": person.name_original, "screenshot_b_big": whole(person.backdrop_url)}
    return person_row(caller, person) | pictures | {"genres": genres}


@DEVICE_API.call("ActorList", "GET", "/actor/list/", errors=BAD)
@DEVICE_API.call("NoAuthActorList", "GET", "/noauth/actor/list/", needs=Needs.KEY, errors=BAD)
def list_persons(  # noqa: PLR0913 - the wire's own parameters
    caller: Guest,
    vid: int | None = None,
    type: str = "actor",  # noqa: A002
    order: str = "name",
    limit: int = 20,
    page: int = 1,
) -> Fields:
    """List actors, directors or both, of all titles or of one."""
    return _persons(caller, type, order, slice_=page_of(limit, page), title=vid)


@DEVICE_API.call("ActorListSearch", "GET", "/actor/list/search/", errors=BAD)
def search_persons(  # noqa: PLR0913 - the wire's own parameters
    viewer: Viewer,
    search: str,
    type: str = "actor",  # noqa: A002
    order: str = "-film_count",
    limit: int = 20,
    page: int = 1,
) -> Fields:
    """Find actors and directors by a part of their names, in any case and language."""
    return _persons(viewer, type, order, slice_=page_of(limit, page), search=search)


def _persons(
    caller: Guest, role: str, order: str, *, slice_: slice, title: int | None = None, search: str = ""
) -> Fields:
    if role not in ROLES:
        raise Refused(1)
    persons = persons_of(caller.operator.pk, ROLES[role], title, search)
    try:
        found = order_persons(persons, order)[slice_]
    except KeyError as error:
        raise Refused(1) from error
    return {"actors": [person_row(caller, person) for person in found], "count": persons.count()}


@DEVICE_API.call("GenreList", "GET", "/genre/list/", errors=BAD)
@DEVICE_API.call("NoAuthGenreList", "GET", "/noauth/genre/list/", needs=Needs.KEY, errors=BAD)
def list_genres(  # noqa: PLR0913 - the wire's own parameters
    caller: Guest,
    categories: bool = False,
    provider_id: int | None = None,
    video_provider_id: int | None = None,
    category_id: int | None = None,
    source_type: int | None = None,
) -> Fields:
    """List the genres of titles, only the categories, or those in one, with how many titles each has.

    Choice: the numbers of titles are up to a minute old.
    """
    wanted = TitleFilter(
        provider_kind=provider_id,
        provider=video_provider_id,
        sources=None if source_type is None else (source_type,),
    )
    key = f"genres:{caller.operator.pk}:{provider_id}:{video_provider_id}:{source_type}:{categories}:{category_id}"
    found: list[CountedGenre] | None = cache.get(key)
    if found is None:
        operator_id = caller.operator.pk
        found = counted_genres(operator_id, caller.now, wanted, categories_only=categories, category=category_id)
        cache.set(key, found, GENRES_KEPT_SECONDS)
    return {"genres": [_genre(caller, counted) for counted in found]}


def _genre(caller: Guest, counted: CountedGenre) -> Fields:
    genre = counted.genre
    return {
        "id": genre.pk,
        "name": caller.name_of(genre),
        "is_category": int(genre.is_category),
        "count": counted.titles,
        "subgenres_count": counted.subgenres,
        "icon": whole(genre.icon_url),
        "icon_tv": whole(genre.icon_tv_url),
        "dashboard_icon": whole(genre.icon_dashboard_url),
    }


@DEVICE_API.call("ProviderList", "GET", "/provider/list/")
@DEVICE_API.call("NoAuthProviderList", "GET", "/noauth/provider/list/", needs=Needs.KEY)
def list_providers(caller: Guest) -> Fields:
    """List whose titles there are."""
    return {
        "providers": [
            {
                "id": provider.pk,
                "name": provider.name,
                "icon_url": whole(provider.icon_url),
                "movie_label_icon": whole(provider.label_url),
                "movie_label_icon_black_bg": whole(provider.label_dark_url),
                "movie_label_icon_mobile": whole(provider.label_mobile_url),
                "type": provider.kind,
            }
            for provider in providers_of(caller.operator.pk)
        ]
    }

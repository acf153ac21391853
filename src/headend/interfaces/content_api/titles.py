"""Titles on demand."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet

from headend.catalog.models import CopyrightHolder, Tariff
from headend.catalog.pictures import PictureKind
from headend.delivery.models import StreamingServer
from headend.interfaces.content_api import NOT_FOUND, asks, writes
from headend.interfaces.content_api.forms import (
    ADDRESS,
    LANGUAGES,
    LONG_TEXT,
    Form,
    Problems,
    bad,
    find,
    link,
    links,
    named,
    object_in,
    over_what_came_meanwhile,
    own,
    refused,
    text,
    texts,
    value,
)
from headend.interfaces.content_api.metadata import ERRORS_OF_TITLES, describe_title, failure, is_loading
from headend.interfaces.content_api.pages import USUAL, page_of
from headend.interfaces.content_api.pictures import UploadErrors, parameters_of, take
from headend.interfaces.content_api.title_rows import brief_rows, title_row
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Sent, loose
from headend.kernel.formats import Fields
from headend.operators.actions import delete
from headend.subscribers.models import DeviceType
from headend.vod.actions import save_title
from headend.vod.errors import MetadataFailed
from headend.vod.models import Genre, Person, PriceCategory, Title, TitleKind, VideoProvider

BANNER, POSTER = PictureKind.BANNER, PictureKind.POSTER
PICTURES = {
    "logo": {"logo_url": PictureKind.LOGO},
    "poster_url": {"thumbnail_big_url": POSTER, "thumbnail_small_url": PictureKind.SMALL_POSTER},
    "screenshot_url": {"screenshot_url": PictureKind.SCREENSHOT, "screenshot_blurred_url": PictureKind.BLURRED},
    "ad_banner_image": {"ad_banner_url": BANNER},
    "vertical_poster": {"vertical_poster_url": POSTER},
    **{f"horizontal_poster{each}": {f"horizontal_poster_url{each}": BANNER} for each in LANGUAGES},
}
DIRECTORS = tuple(f"director{each}" for each in LANGUAGES)
FORM = Form(
    (
        *texts("name"),
        text("name_orig", "name_original"),
        *texts("description", longest=LONG_TEXT),
        *texts("short_description", longest=LONG_TEXT),
        *texts("countries"),
        *texts("language", longest=100),
        text("genres_kinopoisk", "source_genres"),
        text("ext_id", "external_id", longest=100),
        value("year", int),
        value("kinopoisk_id", int, "movie_db_id"),
        value("kinopoisk_rating", float),
        value("imdb_rating", float),
        value("average_customers_rating", float, "viewer_rating"),
        value("duration", int, "duration_minutes"),
        value("premiere_date", datetime, "premiere_at"),
        value("published_from", datetime),
        value("published_to", datetime),
        value("parent_control", bool, "needs_parent_code"),
        value("is_announcement", bool),
        link("copyright_holder", "copyright_holder", own(CopyrightHolder)),
        link("price_category", "price_category", own(PriceCategory)),
        link("video_provider", "provider", own(VideoProvider)),
        links("genres", "genres", own(Genre)),
        links("stream_services", "servers", own(StreamingServer)),
        links("tariffs", "tariffs", own(Tariff)),
        links("package_videos", "package_titles", own(Title)),
        links("similar_set", "similar", own(Title)),
    ),
    (
        loose("is_season", bool),
        loose("load_meta", bool),
        loose("uri", str, longest=500),
        loose("meta", str, longest=LONG_TEXT),
        loose("external_api_config", int),
        loose("available_on", int, is_list=True),
        loose("actors_set", int, is_list=True),
        *(loose(name, str, longest=ADDRESS) for name in DIRECTORS),
        *parameters_of(PICTURES),
    ),
)
TITLES = own(Title)


@writes("VideoCreate", "/video/create/", takes=FORM.parameters)
def create_video(guest: Guest, sent: Sent) -> Fields:
    """Create a title: a film, with `is_season` a series, with `package_videos` a package.

    Choice: pictures and metadata that cannot be had are told in `upload_errors` (field, error, error_message), and the
    title is created without them. A picture's address that this service gave itself is kept as it is.

    Choice: `director` names directors, separated by commas; those that are not known yet are created. `uri` becomes the
    file of the title's first asset, and a whole address is played as it stands. `external_api_config` changes nothing:
    a title is played by the partner of its `video_provider`.
    """
    title = Title(operator=guest.operator)
    filled = _filled(guest, title, sent)
    errors = _described(guest, title, sent)
    errors += take(title, PICTURES, sent)
    save_title(actor=guest.actor, title=title, **filled)
    return {"id": title.pk, "upload_errors": errors}


def _described(guest: Guest, title: Title, sent: Sent) -> UploadErrors:
    """Load what a film database says of a new title; gives what went wrong."""
    try:
        return describe_title(guest, title, sent, PICTURES) if sent.get("load_meta") else []
    except MetadataFailed as error:
        return [failure("load_meta", error)]


@writes(
    "VideoModify",
    "/video/modify/",
    errors=ERRORS_OF_TITLES.meanings,
    refusals=ERRORS_OF_TITLES.refusals,
    takes=(*FORM.parameters, *(loose(name, int, is_list=True) for name in ("similar_add", "similar_remove"))),
)
def modify_video(guest: Guest, id: int, sent: Sent) -> Fields:
    """Change a title; what is not sent stays as it is, what is sent empty is emptied.

    Choice: with `load_meta` nothing is changed when the film database fails; what is sent beside it goes before what
    the database says. Pictures that cannot be had are told in `upload_errors`, and all else is saved.
    """
    title: Title = find(guest, id, TITLES, "video")
    read = copy(title)
    filled = _filled(guest, title, sent)
    errors: UploadErrors = []
    if sent.get("load_meta"):
        with is_loading(title):
            errors = describe_title(guest, title, sent, PICTURES)
    errors += take(title, PICTURES, sent)
    with over_what_came_meanwhile(title, read):
        save_title(actor=guest.actor, title=title, **filled)
    return {"upload_errors": errors}


def _filled(guest: Guest, title: Title, sent: Sent) -> dict[str, Any]:
    """Put into a title what was sent; gives what `save_title` needs beside it."""
    if "meta" in sent:
        title.meta = object_in(sent, "meta")
    if "available_on" in sent:
        title.device_types = _device_types(guest, sent)
    more = _persons(guest, title, sent) | _similar(guest, title, sent)
    found = FORM.fill(guest, title, sent, more)
    title.kind = _kind(title, sent, found)
    named_directors = any(name in sent for name in DIRECTORS)
    return {
        "links": found,
        "file_name": sent.get("uri"),
        "directors": _directors(sent) if named_directors else None,
    }


def _kind(title: Title, sent: Sent, found: dict[str, list[Any]]) -> str:
    if found.get("package_titles"):
        return TitleKind.PACKAGE
    if "is_season" not in sent:
        return title.kind
    if sent["is_season"]:
        return TitleKind.SERIES
    return TitleKind.FILM if title.kind == TitleKind.SERIES else title.kind


def _device_types(guest: Guest, sent: Sent) -> list[str]:
    problems: Problems = {}
    kinds = named(guest, "available_on", sent["available_on"], lambda _: DeviceType.objects.all(), problems)
    if problems:
        raise refused(problems)
    return sorted(kind.system_name for kind in kinds)


def _persons(guest: Guest, title: Title, sent: Sent) -> dict[str, list[Any]]:
    """`actors_set` names actors and directors alike; when no director is among them, the title keeps those it has."""
    if "actors_set" not in sent:
        return {}
    problems: Problems = {}
    given = named(guest, "actors_set", sent["actors_set"], own(Person), problems)
    if problems:
        raise refused(problems)
    if title.pk is None or any(person.role == "director" for person in given):
        return {"persons": given}
    return {"persons": [*given, *title.persons.filter(role="director")]}


def _similar(guest: Guest, title: Title, sent: Sent) -> dict[str, list[Any]]:
    if "similar_set" in sent or not ("similar_add" in sent or "similar_remove" in sent):
        return {}
    problems: Problems = {}
    added = named(guest, "similar_add", sent.get("similar_add", ()), TITLES, problems)
    if problems:
        raise refused(problems)
    gone = set(sent.get("similar_remove", ()))
    return {"similar": [each for each in {*title.similar.all(), *added} if each.pk not in gone]}


def _directors(sent: Sent) -> list[tuple[str, ...]]:
    """For each director the name in the operator's language and in the five others."""
    names = ([each.strip()[:200] for each in sent.get(name, "").split(",")] for name in DIRECTORS)
    return [tuple(each) for each in zip_longest(*names, fillvalue="") if each[0]]


@writes("VideoDelete", "/video/delete/")
def delete_video(guest: Guest, id: int) -> Fields:
    """Delete a title with its seasons, episodes and files; what is on streaming servers stays there."""
    delete(actor=guest.actor, obj=find(guest, id, TITLES, "video"))
    return {}


@asks("VideoDetail", "/video/detail/")
def video_detail(guest: Guest, id: int | None = None, ext_id: str = "") -> Fields:
    """Tell all of a title, found by its number or by the id that another system gave it."""
    if id is None and not ext_id:
        raise bad("id", "neither id nor ext_id is given")
    titles = Title.objects.of(guest.operator.pk).select_related("provider")
    titles = titles.filter(pk=id) if id is not None else titles.filter(external_id=ext_id)
    title: Title | None = titles.order_by("pk").first()
    if title is None:
        raise Refused(NOT_FOUND, "there is no such video")
    return title_row(guest, title)


@asks("VideoList", "/video/list/")
def list_videos(guest: Guest, limit: int = USUAL, page: int = 1) -> Fields:
    """List all titles with their files, in the order in which they were created.

    Choice: the oldest first, so that what is created while somebody goes through the pages is on the last of them.
    """
    titles: QuerySet[Title] = Title.objects.of(guest.operator.pk)
    shown: Sequence[Title] = page_of(titles.only("pk").order_by("pk"), limit, page)
    return {"videos": brief_rows(shown), "count": titles.count()}

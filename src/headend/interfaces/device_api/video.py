"""Lists of titles on demand, their own pages, episodes, and what an account thinks of them."""

from typing import Any

from headend.billing.errors import NotEnoughBalance, SubscriptionRefused
from headend.billing.rules import Refusal
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.video_page import TitlePage, act, leave_subscription, video_subscriptions
from headend.interfaces.device_api.video_rows import ROLES, TitleRows, file_row, page_of
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import HeadendError
from headend.kernel.formats import Fields
from headend.viewing.actions import forget_listing, rate_title, set_favourites
from headend.viewing.errors import AlreadyBought, BadRating, NotForSale
from headend.viewing.queries import in_listing, in_purchases, order_by_habit, positions_in
from headend.vod.errors import PartnerRefused, TitleUnknown
from headend.vod.models import Episode, Title
from headend.vod.queries import (
    TITLE_ORDERS,
    TitleFilter,
    episodes_of,
    filtered,
    find_episode,
    find_season,
    find_title,
    for_lists,
    ordered,
    shown_titles,
    similar_titles,
)
from headend.vod.rules import Source

BAD = {1: "a parameter is bad"}
UNKNOWN: dict[type[HeadendError], int] = {TitleUnknown: 1}
HABITS = {"view_datetime": "viewed_at", "add_favorited_time": "favourite_at"}
PERSON_KEYS = ("", "name", "birthdate", "film_count")


def list_page(caller: Guest, titles: Any, limit: int, page: int) -> dict[str, Any]:
    """A page of titles and how many there are."""
    rows = page_of(limit, page)
    count = titles.order_by().count()
    found = list(for_lists(titles)[rows]) if rows.start < count else []
    maker = TitleRows.of(caller, found)
    return {"videos": [maker.row(title) for title in found], "count": count}


def _sources(internal: bool, external: bool, source_type: int | None) -> list[int] | None:
    if source_type is not None:
        return [source_type]
    if internal and external:
        return None
    return [Source.OWN.value, Source.ARCHIVE.value] if internal else [Source.PARTNER.value] if external else []


def _in_order(caller: Guest, titles: Any, order: str) -> Any:
    key = order.removeprefix("-")
    if key in HABITS and isinstance(caller, Viewer):
        return order_by_habit(titles, caller.account, HABITS[key], is_descending=order.startswith("-"))
    if order and key not in TITLE_ORDERS:
        raise Refused(1, f"there is no order {order}")
    return ordered(titles, order)


@DEVICE_API.call(
    "VideoList", "GET", "/video/list/", errors={**BAD, 2: "at most one of the account's own lists can be asked for"}
)
def list_videos(  # noqa: PLR0913 - the wire's own filters
    viewer: Viewer,
    gid: int | None = None,
    cgid: int | None = None,
    aid: int | None = None,
    new: bool = False,
    premiere: bool = False,
    source_internal: bool = True,
    source_external: bool = True,
    source_type: int | None = None,
    package: bool | None = None,
    season: bool | None = None,
    announcement: bool = False,
    get_purchased: bool = False,
    viewed_only: bool = False,
    favorited_only: bool = False,
    is_viewing: bool = False,
    history_only: bool = False,
    year: int | None = None,
    year_from: int | None = None,
    year_to: int | None = None,
    kinopoisk_rating_from: float | None = None,
    kinopoisk_rating_to: float | None = None,
    country: str = "",
    genre: list[int] | None = None,
    genre_any: list[int] | None = None,
    tariff: list[int] | None = None,
    exclude_tariff_id: list[int] | None = None,
    provider: str = "",
    provider_id: int | None = None,
    video_provider_id: int | None = None,
    order: str = "",
    search: str = "",
    limit: int = 20,
    page: int = 1,
) -> Fields:
    """List titles by genre, person, year, country, rating, provider, tariff or name, or one of the account's own lists.

    Choice: `new` are titles added in the last 30 days, `premiere` those with a premiere in the last 90 days or to come.
    `provider_id` is a provider's `type`, `video_provider_id` its number, `provider` its name. Without an order the
    newest come first; the account's own lists come with the last watched, or last chosen, first. `announcement` 0
    leaves announcements out of all but the account's own lists.
    """
    listings = {"favourites": favorited_only, "viewed": viewed_only, "viewing": is_viewing, "history": history_only}
    asked = [name for name, is_asked in {**listings, "purchased": get_purchased}.items() if is_asked]
    if len(asked) > 1:
        raise Refused(2)
    wanted = TitleFilter(
        genres=[*(genre or ()), *([gid] if gid is not None else [])],
        any_genres=genre_any or (),
        category=cgid,
        person=aid,
        is_new=new,
        is_premiere=premiere,
        sources=_sources(source_internal, source_external, source_type),
        is_package=package,
        is_series=season,
        is_announcement=None if asked else announcement,
        year=year,
        year_from=year_from,
        year_to=year_to,
        kinopoisk_from=kinopoisk_rating_from,
        kinopoisk_to=kinopoisk_rating_to,
        country=country,
        tariffs=tariff or (),
        without_tariffs=exclude_tariff_id or (),
        provider_name=provider,
        provider_kind=provider_id,
        provider=video_provider_id,
        search=search,
    )
    titles = filtered(shown_titles(viewer.operator.pk, viewer.now), wanted, viewer.now)
    for listing in asked:
        titles = _of_account(viewer, titles, listing)
        order = order or ("-add_favorited_time" if listing == "favourites" else "-view_datetime")
    return list_page(viewer, _in_order(viewer, titles, order), limit, page)


def _of_account(viewer: Viewer, titles: Any, listing: str) -> Any:
    if listing == "purchased":
        return in_purchases(titles, viewer.account, viewer.now)
    return in_listing(titles, viewer.account, listing)


@DEVICE_API.call("NoAuthVideoList", "GET", "/noauth/video/list/", needs=Needs.KEY, errors=BAD)
def list_videos_openly(  # noqa: PLR0913 - the wire's own filters
    guest: Guest,
    aid: int | None = None,
    gid: int | None = None,
    cgid: int | None = None,
    new: bool = False,
    premiere: bool = False,
    source_internal: bool = True,
    source_external: bool = True,
    source_type: int | None = None,
    package: bool | None = None,
    season: bool | None = None,
    announcement: bool | None = None,
    year: int | None = None,
    country: str = "",
    genre: list[int] | None = None,
    tariff: list[int] | None = None,
    exclude_tariff_id: list[int] | None = None,
    provider_id: int | None = None,
    video_provider_id: int | None = None,
    order: str = "",
    search: str = "",
    limit: int = 20,
    page: int = 1,
) -> Fields:
    """List titles for those who have not signed in.

    Choice: here `year` of a title is a text, as documented, and `is_4k` beside the list says whether one of its titles
    is in 4K.
    """
    wanted = TitleFilter(
        genres=[*(genre or ()), *([gid] if gid is not None else [])],
        category=cgid,
        person=aid,
        is_new=new,
        is_premiere=premiere,
        sources=_sources(source_internal, source_external, source_type),
        is_package=package,
        is_series=season,
        is_announcement=announcement,
        year=year,
        country=country,
        tariffs=tariff or (),
        without_tariffs=exclude_tariff_id or (),
        provider_kind=provider_id,
        provider=video_provider_id,
        search=search,
    )
    titles = filtered(shown_titles(guest.operator.pk, guest.now), wanted, guest.now)
    answer = list_page(guest, _in_order(guest, titles, order), limit, page)
    rows = [row | {"year": str(row["year"] or "")} for row in answer["videos"]]
    return {"videos": rows, "count": answer["count"], "is_4k": int(any(row["is_4k"] for row in rows))}


@DEVICE_API.call("VideoSimilar", "GET", "/video/similar/", errors=BAD, refusals=UNKNOWN)
def list_similar(viewer: Viewer, vid: int, limit: int = 10, page: int = 1) -> Fields:
    """List titles like one: those that an editor named, else those of the same genres."""
    title = find_title(viewer.operator.pk, vid, viewer.now)
    return list_page(viewer, similar_titles(title, viewer.now), limit, page)


# --- a title's own page ----------------------------------------------------------------------------------------------


@DEVICE_API.call("NoAuthVideoDetail", "GET", "/noauth/video/detail/", needs=Needs.KEY, errors=BAD, refusals=UNKNOWN)
def show_video_openly(guest: Guest, vid: int, actors_order: str = "", type: str = "actor") -> Fields:  # noqa: A002
    """Tell all of a title to those who have not signed in; what they can play are its trailers."""
    return _page(guest, vid, actors_order, type).fields()


@DEVICE_API.call(
    "VideoDetail",
    "GET",
    "/video/detail/",
    errors={**BAD, 2: "the content partner does not answer"},
    refusals={**UNKNOWN, PartnerRefused: 2},
)
def show_video(  # noqa: PLR0913 - the wire's own parameters
    viewer: Viewer,
    vid: int,
    external_api_request: bool = True,
    external_api_goods_id: int | None = None,
    show_reviews: bool = False,
    actors_order: str = "",
    type: str = "actor",  # noqa: A002
) -> Fields:
    """Tell all of a title: its menu of what can be done with it, its persons and seasons.

    Choice: `reviews` are always empty, for nobody can write any here; `external_api_goods_id` changes nothing.
    """
    del external_api_goods_id, show_reviews
    page = _page(viewer, vid, actors_order, type)
    return page.fields(partner_offers=page.partner_offers() if external_api_request else ())


def _page(caller: Guest, vid: int, actors_order: str, role: str) -> TitlePage:
    if role not in ROLES or actors_order.removeprefix("-") not in PERSON_KEYS:
        raise Refused(1)
    title = find_title(caller.operator.pk, vid, caller.now)
    return TitlePage(caller, title, TitleRows.of(caller, [title]), ROLES[role], actors_order)


_NUMBERS = {Refusal.NOT_ENOUGH_BALANCE: 2, Refusal.HELD: 3}


@DEVICE_API.call(
    "VideoAction",
    "GET",
    "/video/action/",
    errors={
        1: "it did not work, or there is no such action",
        2: "the balance does not cover it",
        3: "it has been bought already",
        4: "not for this device",
        5: "no such title",
    },
    refusals={
        TitleUnknown: 5,
        NotEnoughBalance: 2,
        AlreadyBought: 3,
        NotForSale: 1,
        PartnerRefused: 1,
        SubscriptionRefused: lambda refused: Refused(_NUMBERS.get(Refusal(refused.reason), 1), str(refused)),
    },
    writes=True,
)
def take_action(viewer: Viewer, vid: int, action: str, external_api_goods_id: int | None = None) -> Fields:
    """Do what the menu of a title offers: buy it, subscribe to a tariff that gives it, or leave that tariff.

    Choice: actions that only play (`get_video_url`, `get_trailer_url`) do nothing here. `subscribe` takes the cheapest
    of the title's tariffs, `subscribe_<number>` a certain one.
    """
    del external_api_goods_id
    page = _page(viewer, vid, "", "all")
    act(page, viewer, action)
    return {}


# --- episodes --------------------------------------------------------------------------------------------------------


@DEVICE_API.call("VideoEpisodeList", "GET", "/video/episode/list/", errors=BAD, refusals=UNKNOWN)
def list_episodes(viewer: Viewer, season_id: int) -> Fields:
    """List the episodes of a season with their files."""
    season = find_season(viewer.operator.pk, season_id, viewer.now)
    episodes = episodes_of(season)
    assets = [asset for episode in episodes for asset in episode.assets.all()]
    stopped = positions_in(viewer.account, assets, viewer.now)
    rows = [_episode(viewer, episode) | {"files": _files(viewer, episode, stopped)} for episode in episodes]
    return {"episodes": rows, "season_number": season.number}


@DEVICE_API.call(
    "NoAuthVideoEpisodeList", "GET", "/noauth/video/episode/list/", needs=Needs.KEY, errors=BAD, refusals=UNKNOWN
)
def list_episodes_openly(guest: Guest, season_id: int) -> Fields:
    """List the episodes of a season for those who have not signed in."""
    season = find_season(guest.operator.pk, season_id, guest.now)
    return {"episodes": [_episode(guest, each) for each in episodes_of(season)], "season_number": season.number}


@DEVICE_API.call("VideoEpisodeDetail", "GET", "/video/episode/detail/", errors=BAD, refusals=UNKNOWN)
def show_episode(viewer: Viewer, episode_id: int) -> Fields:
    """Tell all of an episode."""
    episode = find_episode(viewer.operator.pk, episode_id, viewer.now)
    stopped = positions_in(viewer.account, list(episode.assets.all()), viewer.now)
    return _episode(viewer, episode) | {"files": _files(viewer, episode, stopped)}


def _episode(caller: Guest, episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.pk,
        "name": caller.name_of(episode),
        "number": episode.number,
        "description": caller.localized(episode, "description"),
        "duration": episode.duration_seconds,
        "preview_url": whole(episode.preview_url),
        "video_id": episode.title_id,
        "is_planned": int(episode.is_planned),
        "is_free": int(episode.is_free),
    }


def _files(caller: Guest, episode: Episode, stopped: Any) -> list[Fields]:
    return [file_row(caller, asset, stopped.get(asset.pk)) for asset in episode.assets.all() if not asset.is_trailer]


# --- what an account thinks of titles --------------------------------------------------------------------------------


@DEVICE_API.call(
    "AccountVideoUpdate",
    "POST",
    "/v2/account/video/update/",
    errors={400: "a parameter is missing or bad", 404: "no such title"},
    refusals={TitleUnknown: 404},
    bad_parameter=400,
)
def update_videos(viewer: Viewer, account_video: list[dict[str, Any]]) -> Fields:
    """Make titles favourites or not; what an entry does not say is no."""
    wishes = dict(_wish(entry) for entry in account_video)
    set_favourites(account=viewer.account, wishes=wishes, now=viewer.now)
    return {}


def _wish(entry: dict[str, Any]) -> tuple[int, bool]:
    number, flag = entry.get("id"), entry.get("is_favorited", 0)
    if type(number) is not int or not 0 < number < 2**63 or flag not in (0, 1):
        raise Refused(400)
    return number, bool(flag)


@DEVICE_API.call(
    "VideoSettingsSet",
    "GET",
    "/video/settings/set/",
    errors={1: "no such title", 2: "is_favorited is 0 or 1"},
    refusals=UNKNOWN,
)
def set_video(viewer: Viewer, vid: int, is_favorited: str = "") -> Fields:
    """Make a title a favourite or not."""
    title = find_title(viewer.operator.pk, vid, viewer.now)
    if is_favorited not in ("", "0", "1"):
        raise Refused(2)
    if is_favorited:
        set_favourites(account=viewer.account, wishes={title.pk: is_favorited == "1"}, now=viewer.now)
    return {}


@DEVICE_API.call(
    "VideoRatingSet",
    "GET",
    "/video/rating/set/",
    errors={1: "no such title, or no rating from 1 to 10", 2: "rated already"},
    refusals={TitleUnknown: 1, BadRating: 1},
)
def set_rating(viewer: Viewer, vid: int, rating: int) -> Fields:
    """Rate a title; who has rated it before changes their rating."""
    title = find_title(viewer.operator.pk, vid, viewer.now)
    return {"average_rating": rate_title(account=viewer.account, title=title, rating=rating)}


@DEVICE_API.call(
    "VideoListingDelete",
    "GET",
    "/video/listing/delete/",
    errors={1: "no such title or list"},
    refusals=UNKNOWN,
    has_message=False,
)
def delete_from_listing(viewer: Viewer, vid: list[int], listing: str) -> Fields:
    """Take titles from one of the account's lists: all of them or, when one is unknown, none."""
    listings = {"is_viewing": "viewing", "viewed_only": "viewed", "history_only": "history"}
    titles = Title.objects.of(viewer.operator.pk).in_bulk(vid)
    if listing not in listings or not vid or set(titles) != set(vid):
        raise Refused(1)
    for title in titles.values():
        forget_listing(account=viewer.account, title=title, listing=listings[listing])
    return {}


# --- tariffs that give titles ----------------------------------------------------------------------------------------


@DEVICE_API.call("VideoSubscriptionList", "GET", "/video/subscription/list/", errors=BAD)
def list_subscriptions(viewer: Viewer, is_purchased: bool | None = None) -> Fields:
    """List the tariffs that give titles, or only those that are held, or not held."""
    rows = video_subscriptions(viewer)
    return {"subscriptions": [row for row in rows if is_purchased in (None, row["is_purchased"])]}


@DEVICE_API.call(
    "VideoSubscriptionCancel",
    "GET",
    "/video/subscription/cancel/",
    errors={1: "no such tariff, or it cannot be left"},
    refusals={SubscriptionRefused: 1},
    writes=True,
)
def cancel_subscription(viewer: Viewer, subscription: int) -> Fields:
    """Leave a tariff that gives titles; it runs until the end of what is paid."""
    leave_subscription(viewer, subscription)
    return {}

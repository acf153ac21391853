"""Seasons, episodes and files of titles, and the parts of files that players offer to skip."""

from copy import copy
from decimal import Decimal

from django.db.models import QuerySet

from headend.catalog.pictures import PictureKind
from headend.interfaces.content_api import asks, writes
from headend.interfaces.content_api.forms import (
    LANGUAGES,
    LONG_TEXT,
    Form,
    bad,
    find,
    find_behind,
    over_what_came_meanwhile,
    own,
    text,
    texts,
    value,
)
from headend.interfaces.content_api.pictures import FETCH, PICTURE, UploadErrors, parameters_of, take
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Sent, loose
from headend.kernel.formats import Fields
from headend.operators.actions import delete, save
from headend.vod.actions import save_asset, save_episode, save_season
from headend.vod.models import Asset, Episode, Season, SkipFragment, Title

TITLES, SEASONS, EPISODES, ASSETS, FRAGMENTS = own(Title), own(Season), own(Episode), own(Asset), own(SkipFragment)

# --- seasons ---------------------------------------------------------------------------------------------------------

SEASON = Form(texts("name"))


@writes("SeasonCreate", "/season/create/", takes=SEASON.parameters)
def create_season(guest: Guest, vid: int, sent: Sent, sort_after_sid: int | None = None) -> Fields:
    """Create a season of a series, behind the others or behind the one that is named."""
    season = Season(operator=guest.operator, title=find(guest, vid, TITLES, "video"))
    _save_season(guest, season, sent, sort_after_sid)
    return {"id": season.pk}


@writes("SeasonModify", "/season/modify/", takes=SEASON.parameters)
def modify_season(guest: Guest, season_id: int, sent: Sent, sort_after_sid: int | None = None) -> Fields:
    """Change a season's name, or its place among the others."""
    _save_season(guest, find(guest, season_id, SEASONS, "season"), sent, sort_after_sid)
    return {}


def _save_season(guest: Guest, season: Season, sent: Sent, after: int | None) -> None:
    SEASON.fill(guest, season, sent)
    behind = find_behind(guest, after, SEASONS(guest.operator).filter(title=season.title_id), "sort_after_sid")
    save_season(actor=guest.actor, season=season, after=behind)


@writes("SeasonDelete", "/season/delete/")
def delete_season(guest: Guest, id: int) -> Fields:
    """Delete a season with its episodes."""
    delete(actor=guest.actor, obj=find(guest, id, SEASONS, "season"))
    return {}


# --- episodes --------------------------------------------------------------------------------------------------------

PREVIEW = {"preview_url": {"preview_url": PictureKind.SCREENSHOT}}
EPISODE = Form(
    (
        *texts("name"),
        *texts("description", longest=LONG_TEXT),
        value("duration", int, "duration_seconds"),
        value("is_free", bool),
        value("is_planned", bool),
    ),
    parameters_of(PREVIEW),
)


@writes(
    "EpisodeCreate",
    "/episode/create/",
    errors={
        FETCH: "the picture cannot be had; the episode is created without it",
        PICTURE: "the picture is none; the episode is created without it",
    },
    takes=EPISODE.parameters,
)
def create_episode(
    guest: Guest, vid: int, sent: Sent, season_id: int | None = None, sort_after_eid: int | None = None
) -> Fields:
    """Create an episode of a series, behind the others of its season or behind the one that is named.

    Choice: when the picture cannot be taken the episode is there all the same; the refusal tells its `id` and what went
    wrong in `upload_errors`. `duration` is in seconds.
    """
    title: Title = find(guest, vid, TITLES, "video")
    season = find(guest, season_id, SEASONS, "season") if season_id is not None else None
    episode = Episode(operator=guest.operator, title=title, season=season)
    errors = _save_episode(guest, episode, sent, sort_after_eid)
    told = {"id": episode.pk, "upload_errors": errors}
    if errors:
        raise Refused(errors[0]["error"], errors[0]["error_message"], dict(told))
    return told


@writes(
    "EpisodeModify",
    "/episode/modify/",
    errors={1: "the picture cannot be taken; all else is saved"},
    takes=EPISODE.parameters,
)
def modify_episode(guest: Guest, episode_id: int, sent: Sent, sort_after_eid: int | None = None) -> Fields:
    """Change an episode, or its place among the others of its season."""
    errors = _save_episode(guest, find(guest, episode_id, EPISODES, "episode"), sent, sort_after_eid)
    if errors:
        raise Refused(1, errors[0]["error_message"], {"upload_errors": errors})
    return {"upload_errors": errors}


def _save_episode(guest: Guest, episode: Episode, sent: Sent, after: int | None) -> UploadErrors:
    read = copy(episode)
    EPISODE.fill(guest, episode, sent)
    siblings = EPISODES(guest.operator).filter(title=episode.title_id, season=episode.season_id)
    behind = find_behind(guest, after, siblings, "sort_after_eid")
    errors = take(episode, PREVIEW, sent)
    with over_what_came_meanwhile(episode, read):
        save_episode(actor=guest.actor, episode=episode, after=behind)
    return errors


@writes("EpisodeDelete", "/episode/delete/")
def delete_episode(guest: Guest, id: int) -> Fields:
    """Delete an episode with its files."""
    delete(actor=guest.actor, obj=find(guest, id, EPISODES, "episode"))
    return {}


# --- files -----------------------------------------------------------------------------------------------------------

FILE = Form(
    (
        *texts("name"),
        text("filename", "file_name", longest=500),
        value("duration", int, "duration_seconds"),
        value("is_trailer", bool),
        value("quality", int),
        value("self_skip_fragments_priority", bool, "prefers_own_fragments"),
    ),
    (loose("episode_id", int),),
)


@writes("VideofileCreate", "/video/file/create/", takes=FILE.parameters)
def create_file(guest: Guest, vid: int, sent: Sent, ext_id: str = "", sort_after_vfid: int | None = None) -> Fields:
    """Create a file of a title, or of one of its episodes; `filename` is its path on the streaming servers.

    Choice: a `filename` that is a whole address is played as it stands. `duration` is in seconds.
    """
    title: Title = find(guest, vid, TITLES, "video")
    asset = Asset(operator=guest.operator, title=title, external_id=ext_id[:100])
    _fill_file(guest, asset, sent)
    siblings = ASSETS(guest.operator).filter(title=title, episode=asset.episode_id)
    behind = find_behind(guest, sort_after_vfid, siblings, "sort_after_vfid")
    save_asset(actor=guest.actor, asset=asset, after=behind)
    return {"id": asset.pk}


@writes("VideoFileModify", "/video/file/modify/", takes=FILE.parameters)
def modify_file(guest: Guest, id: int, sent: Sent) -> Fields:
    """Change a file; an empty `episode_id` makes it one of the title itself."""
    asset: Asset = find(guest, id, ASSETS, "file")
    _fill_file(guest, asset, sent)
    save(actor=guest.actor, obj=asset)
    return {}


def _fill_file(guest: Guest, asset: Asset, sent: Sent) -> None:
    if "episode_id" in sent:
        episodes: QuerySet[Episode] = EPISODES(guest.operator).filter(title=asset.title_id)
        asset.episode = find_behind(guest, sent["episode_id"], episodes, "episode_id")
    FILE.fill(guest, asset, sent)


@asks("VideoFileDetail", "/video/file/detail/")
def file_detail(guest: Guest, id: int) -> Fields:
    """Tell all of a file."""
    asset: Asset = find(guest, id, ASSETS, "file")
    fragments = asset.skip_fragments.order_by("begins", "pk")
    return {
        "id": asset.pk,
        **{f"name{each}": getattr(asset, f"name{each}") for each in LANGUAGES},
        "duration": asset.duration_seconds,
        "is_trailer": asset.is_trailer,
        "skip_video_fragments": [
            {"id": each.pk, "type": each.kind, "begin_time": float(each.begins), "end_time": float(each.ends)}
            for each in fragments
        ],
    }


# --- parts to skip ---------------------------------------------------------------------------------------------------

LATEST = 999_999
"""Seconds: more than any file is long."""
FRAGMENT = Form((value("type", int, "kind"), value("begin_time", float, "begins"), value("end_time", float, "ends")))


@writes("SkipVideoFragmentCreate", "/skipvideofragment/create/")
def create_fragment(guest: Guest, vfid: int, type: int, begin_time: float, end_time: float) -> Fields:
    """Create a part of a file that players offer to skip: 0 intro, 1 recap, 2 credits, 3 advertising; in seconds.

    Choice: its `id` is answered too, without which nobody could change it.
    """
    fragment = SkipFragment(operator=guest.operator, asset=find(guest, vfid, ASSETS, "file"))
    _save_fragment(guest, fragment, Sent(type=type, begin_time=begin_time, end_time=end_time))
    return {"id": fragment.pk}


@writes("SkipVideoFragmentModify", "/skipvideofragment/modify/", takes=FRAGMENT.parameters)
def modify_fragment(guest: Guest, id: int, sent: Sent, vfid: int | None = None) -> Fields:
    """Change a part to skip, or move it to another file."""
    fragment: SkipFragment = find(guest, id, FRAGMENTS, "part to skip")
    if vfid is not None:
        fragment.asset = find(guest, vfid, ASSETS, "file")
    _save_fragment(guest, fragment, sent)
    return {}


def _save_fragment(guest: Guest, fragment: SkipFragment, sent: Sent) -> None:
    for name in ("begin_time", "end_time"):
        if not 0 <= (sent.get(name) or 0) <= LATEST:
            raise bad(name, "a moment of a file is not negative and not so late")
        if name in sent:
            sent[name] = round(Decimal(str(sent[name] or 0)), 3)
    FRAGMENT.fill(guest, fragment, sent)
    save(actor=guest.actor, obj=fragment)


@writes("SkipVideoFragmentDelete", "/skipvideofragment/delete/")
def delete_fragment(guest: Guest, id: int) -> Fields:
    """Delete a part to skip."""
    delete(actor=guest.actor, obj=find(guest, id, FRAGMENTS, "part to skip"))
    return {}

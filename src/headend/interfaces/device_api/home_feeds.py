"""Feeds of the home screens of Android televisions."""

from collections.abc import Sequence
from typing import Any

from headend.catalog.models import Channel
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.looks import look_of
from headend.interfaces.device_api.rows import ProgrammeRows
from headend.interfaces.device_api.video_rows import TitleRows
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.portal.errors import FeedNeedsSignIn, FeedUnusable, NoHomeFeeds, UnknownHomeFeed
from headend.portal.models import AspectRatio, HomeFeed
from headend.portal.queries import FeedEntry, Showing, entries_of, feed_for, feeds_for
from headend.portal.rules import deep_link


@DEVICE_API.call("FeedList", "GET", "/feed/list/", needs=Needs.EITHER, errors={1: "feeds cannot be listed"})
def list_feeds(caller: Guest) -> Fields:
    """List the feeds for the home screen of the kind of device."""
    feeds = feeds_for(caller.operator.pk, look_of(caller).viewer.device_type)
    return {
        "feeds": [
            {
                "name": caller.name_of(feed),
                "id": feed.pk,
                "auth_required": int(feed.needs_sign_in or feed.is_continue_watching),
                "is_continue_watching": int(feed.is_continue_watching),
                "continue_watching_count": feed.most if feed.is_continue_watching else 0,
            }
            for feed in feeds
        ]
    }


@DEVICE_API.call(
    "FeedDetail",
    "GET",
    "/feed/detail/",
    needs=Needs.EITHER,
    errors={
        1: "no such feed on this kind of device",
        2: "this feed is only for those who have signed in",
        3: "the operator does not serve this kind of device",
        4: "the feed shows nothing that a home screen can: it needs a selection of channels, programmes or titles",
        5: "the operator has no feeds",
    },
    refusals={UnknownHomeFeed: 1, FeedNeedsSignIn: 2, FeedUnusable: 4, NoHomeFeeds: 5, Invalid: 4},
)
def feed_detail(caller: Guest, id: int) -> Fields:  # noqa: A002 - the wire's name
    """Tell the entries of a feed.

    Choice: a device whose type the operator has switched off or that names none gets 3; titles of a feed are in the
    shape of the feed's posters where they have such a one. `rating` is the age rating, `duration` in seconds,
    `last_viewing_date` a unix time, 0 for never.
    """
    if caller.device_type is None or not caller.device_type.is_enabled:
        raise Refused(3)
    look = look_of(caller)
    feed = feed_for(caller.operator.pk, id, look.viewer.device_type)
    account = caller.account if isinstance(caller, Viewer) else None
    entries = entries_of(feed, account, look.held, caller.now)
    return {"feed": _rows(caller, feed, entries)}


def _rows(caller: Guest, feed: HomeFeed, entries: Sequence[FeedEntry]) -> list[Fields]:
    titles = TitleRows.of(caller, [entry.title for entry in entries if entry.title])
    shown = [entry.showing.programme.pk for entry in entries if entry.showing]
    programmes = ProgrammeRows.of(caller, shown)
    return [_head(feed, entry) | _body(caller, feed, entry, titles, programmes) for entry in entries]


def _head(feed: HomeFeed, entry: FeedEntry) -> dict[str, Any]:
    return {
        "feed_id": feed.pk,
        "type": entry.kind,
        "content_id": entry.number,
        "deeplink": deep_link(feed.deep_link, kind=entry.kind, number=entry.number, channel=entry.channel_id),
        "poster_aspect_ratio": feed.aspect_ratio,
        "last_viewing_date": int(entry.watched_at.timestamp()) if entry.watched_at else 0,
    }


def _body(
    caller: Guest, feed: HomeFeed, entry: FeedEntry, titles: TitleRows, programmes: ProgrammeRows
) -> dict[str, Any]:
    if entry.title:
        return _title(titles.row(entry.title), feed)
    if entry.showing:
        return _programme(programmes, entry.showing)
    return _channel(caller, entry.channel)


def _channel(caller: Guest, channel: Channel | None) -> dict[str, Any]:
    return {
        "content_name": caller.name_of(channel),
        "genres": caller.name_of(channel.category) if channel else "",
        "rating": 0,
        "duration": 0,
        "poster": whole(channel.icon_url) if channel else "",
        "description": "",
        "position": 0,
    }


def _title(row: dict[str, Any], feed: HomeFeed) -> dict[str, Any]:
    is_upright = feed.aspect_ratio == AspectRatio.POSTER
    poster = row["vertical_poster"] if is_upright else row["horizontal_poster"]
    return {
        "content_name": row["name"],
        "genres": row["genres"],
        "rating": row["rating"],
        "duration": row["duration"] * 60,
        "poster": poster or row["thumbnail_big"],
        "description": row["short_description"] or row["description"],
        "position": row["position"],
    }


def _programme(rows: ProgrammeRows, showing: Showing) -> dict[str, Any]:
    row = rows.full(showing, is_given=True)
    return {
        "content_name": row["name"],
        "genres": row["category"],
        "rating": row["rating"],
        "duration": showing.stops - showing.starts,
        "poster": row["preview"] or row["channel_icon_url"],
        "description": row["description"],
        "position": row["position"],
    }

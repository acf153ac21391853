"""What the home screens of Android televisions show."""

from dataclasses import dataclass
from datetime import UTC, datetime

from headend.catalog.models import Channel
from headend.portal.errors import FeedNeedsSignIn, FeedUnusable, NoHomeFeeds, UnknownHomeFeed
from headend.portal.models import HomeFeed, ItemKind, Selection
from headend.portal.queries.audience import Held
from headend.portal.queries.programmes import Showing, showings_of
from headend.portal.queries.selections import item_numbers
from headend.subscribers.models import Account
from headend.viewing.models import AccountTitle, ProgrammePosition
from headend.vod.models import Title
from headend.vod.queries import for_lists, shown_titles

KINDS = {ItemKind.CHANNEL: "channel", ItemKind.PROGRAMME: "program", ItemKind.TITLE: "video"}
_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An entry of a home feed: a channel, a programme or a title; `kind` is what home screens call it."""

    kind: str
    number: int
    channel: Channel | None = None
    showing: Showing | None = None
    title: Title | None = None
    watched_at: datetime | None = None

    @property
    def channel_id(self) -> int:
        """The number of its channel, 0 for a title."""
        if self.showing is not None:
            return self.showing.channel.pk
        return self.channel.pk if self.channel is not None else 0


def feeds_for(operator_id: int, device_type: int | None) -> list[HomeFeed]:
    """The feeds for a kind of device, in their order."""
    feeds = HomeFeed.objects.of(operator_id).filter(is_enabled=True).select_related("selection")
    return [feed for feed in feeds.prefetch_related("device_types") if _is_for(feed, device_type)]


def _is_for(feed: HomeFeed, device_type: int | None) -> bool:
    types = {each.pk for each in feed.device_types.all()}
    return not types or device_type in types


def feed_for(operator_id: int, number: int, device_type: int | None) -> HomeFeed:
    """A feed for a kind of device; raises NoHomeFeeds and UnknownHomeFeed."""
    for feed in feeds_for(operator_id, device_type):
        if feed.pk == number:
            return feed
    if not HomeFeed.objects.of(operator_id).filter(is_enabled=True).exists():
        raise NoHomeFeeds("there are no home feeds")
    raise UnknownHomeFeed("there is no such home feed")


def entries_of(feed: HomeFeed, account: Account | None, held: Held, now: datetime) -> list[FeedEntry]:
    """What a feed shows to somebody; raises FeedNeedsSignIn and FeedUnusable."""
    if account is None and (feed.needs_sign_in or feed.is_continue_watching):
        raise FeedNeedsSignIn("sign in first")
    if feed.is_continue_watching and account is not None:
        return _watched(account, held, now)[: feed.most]
    if feed.selection is None or feed.selection.kind not in KINDS:
        raise FeedUnusable("a selection of channels, programmes or titles is needed")
    return _selected(feed.selection, held, now)[: feed.most]


def _selected(selection: Selection, held: Held, now: datetime) -> list[FeedEntry]:
    numbers = item_numbers(selection, now)
    if selection.kind == ItemKind.TITLE:
        found = _titles(selection.operator_id, numbers, now)
    elif selection.kind == ItemKind.CHANNEL:
        channels = held.channels(selection.operator_id).select_related("category").in_bulk(numbers)
        found = {pk: FeedEntry(kind="channel", number=pk, channel=channel) for pk, channel in channels.items()}
    else:
        found = _programmes(selection.operator_id, numbers, held)
    return [found[number] for number in numbers if number in found]


def _titles(operator_id: int, numbers: list[int], now: datetime) -> dict[int, FeedEntry]:
    titles = for_lists(shown_titles(operator_id, now)).in_bulk(numbers)
    return {pk: FeedEntry(kind="video", number=pk, title=title) for pk, title in titles.items()}


def _programmes(operator_id: int, numbers: list[int], held: Held) -> dict[int, FeedEntry]:
    shown = showings_of(list(held.channels(operator_id)), numbers)
    return {each.programme.pk: FeedEntry(kind="program", number=each.programme.pk, showing=each) for each in shown}


def _watched(account: Account, held: Held, now: datetime) -> list[FeedEntry]:
    """What was begun and not seen to its end, the latest first."""
    titles = AccountTitle.objects.filter(account=account, is_viewing=True, viewed_at__isnull=False)
    at = dict(titles.order_by("-viewed_at").values_list("title_id", "viewed_at")[:50])
    stopped = ProgrammePosition.objects.filter(account=account, is_viewed=False, expires_at__gt=now)
    shown_at = dict(stopped.order_by("-updated_at").values_list("programme_id", "updated_at")[:50])
    found = [
        *(_dated(entry, at[number]) for number, entry in _titles(account.operator_id, list(at), now).items()),
        *(
            _dated(entry, shown_at[number])
            for number, entry in _programmes(account.operator_id, list(shown_at), held).items()
        ),
    ]
    return sorted(found, key=lambda entry: entry.watched_at or _LONG_AGO, reverse=True)


def _dated(entry: FeedEntry, moment: datetime | None) -> FeedEntry:
    return FeedEntry(kind=entry.kind, number=entry.number, showing=entry.showing, title=entry.title, watched_at=moment)

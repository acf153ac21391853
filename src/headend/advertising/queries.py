"""Reading what is advertised, and what accounts have seen of it."""

from datetime import datetime, time, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from headend.advertising.models import AdBlock, AdMovie, AdSettings, AdShow
from headend.advertising.rules import EVERY_DAY, Block, Cap, Shown
from headend.subscribers.models import Account


def settings_of(operator_id: int) -> AdSettings | None:
    """An operator's settings, None where it advertises nothing."""
    return AdSettings.objects.filter(operator_id=operator_id, is_enabled=True).first()


def cap_of(settings: AdSettings) -> Cap:
    """How much one account sees."""
    return Cap(settings.interval_seconds, settings.most_blocks, settings.blocks_at_once)


def blocks_in_use(operator_id: int) -> dict[int, AdBlock]:
    """The enabled blocks of an operator that have something to show, by number."""
    live = AdBlock.movies.through.objects.filter(adblock=OuterRef("pk"), admovie__is_enabled=True)
    blocks = AdBlock.objects.of(operator_id).filter(is_enabled=True).select_related("provider")
    blocks = blocks.filter(Exists(live)) | blocks.filter(provider__is_enabled=True)
    return {block.pk: block for block in blocks.prefetch_related("channels", "tariffs")}


def terms_of(block: AdBlock) -> Block:
    """A block as the choice sees it."""
    channels, tariffs = (frozenset(each.pk for each in found.all()) for found in (block.channels, block.tariffs))
    days = frozenset(day for day in block.days if day in EVERY_DAY) if isinstance(block.days, list) else EVERY_DAY
    return Block(
        id=block.pk,
        priority=block.priority,
        days=days or EVERY_DAY,
        begins=_minute(block.begins_at),
        ends=_minute(block.ends_at),
        channels=channels or None,
        tariffs=tariffs or None,
        on_channels=block.on_channels,
        on_videos=block.on_videos,
        most_shows=block.most_shows,
    )


def _minute(moment: time | None) -> int:
    return moment.hour * 60 + moment.minute if moment else 0


def shown_to(account: Account, moment: datetime, seconds: int) -> list[Shown]:
    """The blocks that an account was given in so many seconds before a moment."""
    shows = AdShow.objects.filter(account=account, given_at__gt=moment - timedelta(seconds=seconds))
    return [Shown(block, int(at.timestamp())) for block, at in shows.values_list("block_id", "given_at")]


def movies_of(block: AdBlock) -> list[AdMovie]:
    """The enabled movies of a block in their order."""
    return list(block.movies.filter(is_enabled=True).order_by("sort", "name", "pk"))


def channels_with_ads(operator_id: int) -> frozenset[int] | None:
    """The channels before which something may be shown, whoever watches and whenever; None: all of them."""
    if settings_of(operator_id) is None:
        return frozenset()
    blocks = [terms_of(block) for block in blocks_in_use(operator_id).values() if block.on_channels]
    if any(block.channels is None for block in blocks):
        return None
    return frozenset(number for block in blocks for number in block.channels or ())


def shows_before(moment: datetime) -> QuerySet[AdShow]:
    """Shows older than a moment."""
    shows: QuerySet[AdShow] = AdShow.objects.filter(given_at__lt=moment)
    return shows

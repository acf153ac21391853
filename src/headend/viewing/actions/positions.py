"""Where households stopped watching. Written by every device every minute: no audit entry."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from headend.catalog.models import Channel, Programme
from headend.operators.actions import announce, forget
from headend.subscribers.models import Account
from headend.viewing.actions.titles import locked, thought
from headend.viewing.errors import NothingToRemember
from headend.viewing.models import AssetPosition, Position, ProgrammePosition, WatchedChannel
from headend.viewing.rules import CHANNELS_REMEMBERED, KEPT_DAYS, POSITIONS, is_seen
from headend.vod.models import Asset

AT_ONCE = 500


class Stop(NamedTuple):
    """Where watching stopped: seconds from the beginning, the length (0: not said), whether the device calls it seen
    (None: it says nothing).
    """

    seconds: int
    duration: int = 0
    is_viewed: bool | None = None


@transaction.atomic
def set_asset_position(*, account: Account, title_id: int, asset_id: int, stop: Stop, now: datetime) -> None:
    """Remember where an account stopped in a file of a title; raises NothingToRemember."""
    assets = Asset.objects.of(account.operator_id).filter(pk=asset_id, title=title_id)
    asset = assets.first()
    if asset is None:
        raise NothingToRemember("there is no such file of this title")
    locked(account)
    known = AssetPosition.objects.filter(account=account, asset=asset).first()
    position = known or AssetPosition(account=account, asset=asset)
    _stopped(position, stop._replace(duration=stop.duration or asset.duration_seconds), now)
    if not asset.is_trailer:
        entry = thought(account, title_id)
        entry.is_viewed = entry.is_viewed or position.is_viewed
        entry.is_viewing, entry.viewed_at = not position.is_viewed, now
        entry.save()


@transaction.atomic
def set_programme_position(*, account: Account, programme_id: int, stop: Stop, now: datetime) -> None:
    """Remember where an account stopped in a programme of one of its operator's channels; raises NothingToRemember."""
    own = Channel.objects.of(account.operator_id).exclude(guide_channel=None)
    programmes = Programme.objects.filter(pk=programme_id, guide_channel__in=own.values("guide_channel"))
    programme = programmes.first()
    if programme is None:
        raise NothingToRemember("there is no such programme")
    locked(account)
    known = ProgrammePosition.objects.filter(account=account, programme=programme).first()
    position = known or ProgrammePosition(account=account, programme=programme)
    _stopped(position, stop._replace(duration=stop.duration or programme.stop - programme.start), now)
    _announce(account)


def _announce(account: Account) -> None:
    announce(operator_id=account.operator_id, entity=POSITIONS, object_ids=[account.pk])


def _stopped(position: Position, stop: Stop, now: datetime) -> None:
    seen = is_seen(stop.seconds, stop.duration) if stop.is_viewed is None else stop.is_viewed
    position.seconds, position.duration, position.is_viewed = stop.seconds, stop.duration, seen
    position.updated_at, position.expires_at = now, now + timedelta(days=KEPT_DAYS)
    position.save()


@transaction.atomic
def forget_position(*, account: Account, content_id: int, is_title: bool, asset_id: int | None = None) -> None:
    """Forget where an account stopped in a title (in one of its files or in all) or in a programme."""
    locked(account)
    if not is_title:
        ProgrammePosition.objects.filter(account=account, programme=content_id).delete()
        _announce(account)
        return
    positions = AssetPosition.objects.filter(account=account, asset__title=content_id)
    (positions if asset_id is None else positions.filter(asset=asset_id)).delete()
    left = AssetPosition.objects.filter(account=account, asset__title=content_id)
    entry = thought(account, content_id)
    if entry.pk is not None and not left.filter(is_viewed=False).exists():
        entry.is_viewing = False
        entry.save()


@transaction.atomic
def remember_channel(*, account: Account, channel_id: int, now: datetime) -> None:
    """Remember that an account watches a channel now; raises NothingToRemember. Old ones make room."""
    if not Channel.objects.of(account.operator_id).filter(pk=channel_id).exists():
        raise NothingToRemember("there is no such channel")
    locked(account)
    WatchedChannel.objects.update_or_create(account=account, channel_id=channel_id, defaults={"watched_at": now})
    kept = WatchedChannel.objects.filter(account=account).order_by("-watched_at", "-pk")
    too_many = list(kept.values_list("pk", flat=True)[CHANNELS_REMEMBERED : CHANNELS_REMEMBERED + AT_ONCE])
    WatchedChannel.objects.filter(pk__in=too_many).delete()


def forget_old_positions(*, now: datetime) -> int:
    """Delete positions whose time is over, a few hundred in a transaction; says how many."""
    return sum(forget(model.objects.filter(expires_at__lte=now)) for model in (AssetPosition, ProgrammePosition))

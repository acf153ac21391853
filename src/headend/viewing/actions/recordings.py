"""Programmes that accounts want to keep."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from headend.operators.actions import forget
from headend.subscribers.models import Account
from headend.viewing.actions.titles import locked
from headend.viewing.errors import NotRecorded, TooManyRecordings
from headend.viewing.models import Recording
from headend.viewing.queries import programme_on
from headend.viewing.rules import MOST_RECORDINGS


@transaction.atomic
def keep_recording(*, account: Account, channel_id: int, programme_id: int, now: datetime) -> Recording:
    """Keep a programme of a channel for an account, before it is on, while it is or after; again, nothing changes.

    Raises NothingToRemember, NotRecorded and TooManyRecordings.
    """
    channel, programme = programme_on(account, channel_id, programme_id)
    shift = timedelta(minutes=channel.guide_shift_minutes)
    begins = datetime.fromtimestamp(programme.start, UTC) + shift
    expires = begins + timedelta(days=channel.recording_days)
    if not channel.recording_days or expires <= now:
        raise NotRecorded("the archive of this channel does not have it")
    locked(account)
    mine = Recording.objects.filter(account=account)
    known = mine.filter(channel=channel, programme=programme).first()
    if known is None and mine.filter(expires_at__gt=now).count() >= MOST_RECORDINGS:
        raise TooManyRecordings(f"an account keeps {MOST_RECORDINGS} recordings at most")
    return known or Recording.objects.create(
        account=account,
        channel=channel,
        programme=programme,
        name=programme.title,
        starts_at=begins,
        ends_at=datetime.fromtimestamp(programme.stop, UTC) + shift,
        expires_at=expires,
    )


@transaction.atomic
def remove_recordings(*, account: Account, number: int | None = None) -> int:
    """Take away one of an account's recordings, or all; says how many."""
    locked(account)
    recordings = Recording.objects.filter(account=account)
    return (recordings if number is None else recordings.filter(pk=number)).delete()[0]


def forget_old_recordings(*, before: datetime) -> int:
    """Delete recordings that the archive lost before a moment; says how many."""
    return forget(Recording.objects.filter(expires_at__lt=before))

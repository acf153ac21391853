"""Programmes that accounts keep: before they are on, while they are and after."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import make_account, make_channel, make_guide_channel, make_programme

from headend.catalog.models import Channel
from headend.subscribers.models import Account
from headend.viewing.actions import forget_old_recordings, keep_recording, recordings, remove_recordings
from headend.viewing.errors import NothingToRemember, NotRecorded, TooManyRecordings
from headend.viewing.models import Recording
from headend.viewing.queries import recordings_of
from headend.viewing.rules import RecordingState, recording_state

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def channel() -> Channel:
    return make_channel(guide_channel=make_guide_channel(shift_minutes=60), recording_days=3)


@pytest.fixture
def account(channel: Channel) -> Account:
    return make_account(operator=channel.operator)


def keep(account: Account, channel: Channel, start: datetime = NOON, now: datetime = NOON) -> Recording:
    programme = make_programme(guide_channel=channel.guide_channel, start=int(start.timestamp()), title="Final")
    return keep_recording(account=account, channel_id=channel.pk, programme_id=programme.pk, now=now)


def test_what_is_kept_is_there_until_the_archive_loses_it(channel: Channel, account: Account) -> None:
    kept = keep(account, channel)
    assert (kept.name, kept.starts_at, kept.ends_at) == ("Final", NOON + HOUR, NOON + HOUR * 1.5)
    assert kept.expires_at == NOON + HOUR + timedelta(days=3)
    again = keep_recording(account=account, channel_id=channel.pk, programme_id=kept.programme_id, now=NOON)
    assert again == kept
    assert list(recordings_of(account, NOON)) == [kept]
    assert not recordings_of(make_account(operator=channel.operator), NOON)
    assert not recordings_of(account, kept.expires_at)
    assert forget_old_recordings(before=kept.expires_at) == 0
    assert forget_old_recordings(before=kept.expires_at + HOUR) == 1


def test_how_far_it_is() -> None:
    moments = (NOON - HOUR, NOON, NOON + HOUR)
    assert [recording_state(NOON, NOON + HOUR, now) for now in moments] == list(RecordingState)


def test_what_cannot_be_kept(channel: Channel, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotRecorded):
        keep(account, channel, start=NOON - timedelta(days=4))
    foreign = make_channel(guide_channel=channel.guide_channel, recording_days=3)
    with pytest.raises(NothingToRemember):
        keep(account, foreign)
    Recording.objects.all().delete()
    monkeypatch.setattr(recordings, "MOST_RECORDINGS", 1)
    kept = keep(account, channel, start=NOON + HOUR)
    with pytest.raises(TooManyRecordings):
        keep(account, channel, start=NOON + HOUR * 2)
    assert Recording.objects.get() == kept


def test_taking_away(channel: Channel, account: Account) -> None:
    first, _second = keep(account, channel), keep(account, channel, start=NOON + HOUR)
    other = make_account(operator=channel.operator)
    assert remove_recordings(account=other) == 0
    assert remove_recordings(account=other, number=first.pk) == 0
    assert remove_recordings(account=account, number=first.pk) == 1
    assert remove_recordings(account=account) == 1

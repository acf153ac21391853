"""Programmes whose recordings may not be watched."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import make_channel, make_guide_channel, make_operator, make_programme

from headend.catalog.actions.programme_blockings import block_programme, forget_blockings
from headend.catalog.errors import UnknownProgramme
from headend.catalog.models import Channel, Programme, ProgrammeBlocking
from headend.catalog.queries import channel_with_prefix, programme_at, programme_of
from headend.kernel.actor import Actor, ActorKind
from headend.operators.models import AuditEntry, Change

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorKind.STAFF, "ann", 7)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def channel() -> Channel:
    return make_channel(operator=make_operator(), guide_channel=make_guide_channel(), url_prefix="one")


@pytest.fixture
def programme(channel: Channel) -> Programme:
    assert channel.guide_channel is not None
    return make_programme(guide_channel=channel.guide_channel, start=int(NOON.timestamp()), title="Final")


def test_blocking_and_blocking_again(channel: Channel, programme: Programme) -> None:
    for_good = block_programme(actor=STAFF, operator=channel.operator, programme_id=programme.pk)
    assert (for_good.title, for_good.starts_at, for_good.ends_at) == ("Final", NOON, None)
    again = block_programme(actor=STAFF, operator=channel.operator, programme_id=programme.pk, ends_at=NOON)
    assert again.pk == for_good.pk
    assert ProgrammeBlocking.objects.get().ends_at == NOON
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == ["add", "change"]
    assert set(Change.objects.values_list("entity", "object_id")) == {("catalog.programmeblocking", for_good.pk)}


def test_only_ones_own_programmes(programme: Programme) -> None:
    other = make_operator()
    assert programme_of(other.pk, programme.pk) is None
    for number in (programme.pk, programme.pk + 1):
        with pytest.raises(UnknownProgramme):
            block_programme(actor=STAFF, operator=other, programme_id=number)
    assert not ProgrammeBlocking.objects.exists()


def test_those_that_ended_are_forgotten(channel: Channel, programme: Programme) -> None:
    assert channel.guide_channel is not None
    other = make_programme(guide_channel=channel.guide_channel, start=0)
    block_programme(actor=STAFF, operator=channel.operator, programme_id=programme.pk)
    block_programme(actor=STAFF, operator=channel.operator, programme_id=other.pk, ends_at=NOON)
    assert forget_blockings(actor=STAFF, before=NOON) == 0
    assert forget_blockings(actor=STAFF, before=NOON + timedelta(seconds=1)) == 1
    assert ProgrammeBlocking.objects.get().programme_id == programme.pk


def test_a_programme_goes_and_its_blocking_stays(channel: Channel, programme: Programme) -> None:
    blocking = block_programme(actor=STAFF, operator=channel.operator, programme_id=programme.pk)
    programme.delete()
    blocking.refresh_from_db()
    assert str(blocking) == "Final 2026-11-22 12:00"


def test_finding_a_programme_by_channel_and_time(channel: Channel, programme: Programme) -> None:
    found = channel_with_prefix(channel.operator_id, "one")
    assert found == channel
    assert channel_with_prefix(channel.operator_id, "") is None
    assert channel_with_prefix(make_operator().pk, "one") is None
    assert programme_at(channel, programme.start) == programme
    assert programme_at(channel, programme.stop) is None
    assert channel.guide_channel is not None
    channel.guide_channel.shift_minutes = 60
    assert programme_at(channel, programme.start) is None
    assert programme_at(channel, programme.start + 3600) == programme

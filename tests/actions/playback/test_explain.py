"""Why was this refused: the console's answer is the gate's, with all that led to it."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import (
    make_account,
    make_channel,
    make_device,
    make_guide_channel,
    make_maintenance,
    make_operator,
    make_programme,
    make_subscription,
    make_tariff,
)

from headend.catalog.actions.programme_blockings import block_programme
from headend.kernel.actor import system
from headend.kernel.errors import NotFound
from headend.playback.queries import Attempt, HeldTariff, explain
from headend.playback.rules import Decision, Play, Reason
from headend.subscribers.models import Account

pytestmark = pytest.mark.django_db

NOW = 1_800_000_000
MOMENT = datetime.fromtimestamp(NOW, UTC)
EPOCH = datetime.fromtimestamp(0, UTC)


def failed(account: Account, **fields: object) -> list[Reason]:
    explanation = explain(account=account, moment=MOMENT, **fields)  # type: ignore[arg-type]
    assert [check.reason for check in explanation.checks] == list(Reason)[1:]
    found = [check.reason for check in explanation.checks if check.passed is False]
    assert explanation.decision.reason is (found[0] if found else Reason.ALLOWED)
    return found


def test_a_blocked_recording() -> None:
    channel = make_channel(guide_channel=make_guide_channel(), recording_days=7)
    tariff = make_tariff(operator=channel.operator, channels=[channel])
    account = make_account(operator=channel.operator)
    make_subscription(customer=account.customer, tariff=tariff, starts_at=EPOCH)
    programme = make_programme(guide_channel=channel.guide_channel, start=NOW - 7200)
    recording = Attempt(since=MOMENT - timedelta(hours=2))
    assert failed(account, channel=channel, attempt=recording) == []
    block_programme(actor=system("test"), operator=channel.operator, programme_id=programme.pk)
    assert failed(account, channel=channel, attempt=recording) == [Reason.BLOCKED_PROGRAMME]
    assert failed(account, channel=channel) == []


def test_allowed() -> None:
    channel = make_channel()
    tariff = make_tariff(operator=channel.operator, channels=[channel], name="Basic")
    other = make_tariff(operator=channel.operator, name="Sport")
    gone = make_tariff(operator=channel.operator, name="Gone", is_enabled=False)
    account = make_account(operator=channel.operator)
    make_subscription(account=account, tariff=tariff)
    make_subscription(customer=account.customer, tariff=other)
    make_subscription(account=account, tariff=gone)
    make_subscription(account=account, tariff=other, starts_at=EPOCH, ends_at=MOMENT)
    explanation = explain(account=account, channel=channel, moment=MOMENT)
    assert explanation.decision == Decision(Reason.ALLOWED, tariff.pk, limit=2, used=0)
    assert explanation.tariffs == (
        HeldTariff(tariff.pk, "Basic", EPOCH, None, counts=True, gives_channel=True),
        HeldTariff(other.pk, "Sport", EPOCH, None, counts=True, gives_channel=False),
        HeldTariff(gone.pk, "Gone", EPOCH, None, counts=False, gives_channel=None),
        HeldTariff(other.pk, "Sport", EPOCH, MOMENT, counts=False, gives_channel=None),
    )


def test_every_check_that_fails_is_listed() -> None:
    operator = make_operator(is_active=False, time_zone="Asia/Tokyo")
    channel = make_channel(operator=operator, is_enabled=False, needs_parent_code=True, recording_days=1)
    make_maintenance(operator=operator, channels=[channel])
    account = make_account(operator=operator, is_active=False)
    make_device(account=account, uid="box", is_enabled=False)
    attempt = Attempt("box", since=MOMENT - timedelta(days=2), parent_code_given=False)
    assert failed(account, channel=channel, attempt=attempt) == [
        Reason.OPERATOR_CLOSED,
        Reason.ACCOUNT_INACTIVE,
        Reason.DEVICE_DISABLED,
        Reason.CHANNEL_DISABLED,
        Reason.MAINTENANCE,
        Reason.NO_TARIFF,
        Reason.TOO_OLD,
        Reason.PARENT_CODE,
        Reason.TOO_MANY_STREAMS,
    ]


def test_country_and_hours_are_told_with_what_was_compared() -> None:
    channel = make_channel(operator=make_operator(time_zone="Asia/Tokyo"))
    night = [{"from": "1:00", "to": "2:00"}]
    tariff = make_tariff(operator=channel.operator, channels=[channel], countries=["IT"], viewing_hours=night)
    account = make_account(operator=channel.operator, country="it")
    make_subscription(account=account, tariff=tariff)
    assert failed(account, channel=channel) == [Reason.OUTSIDE_HOURS]
    assert failed(account, channel=channel, attempt=Attempt(country="de")) == [Reason.WRONG_COUNTRY]
    checks = {c.reason: c for c in explain(account=account, channel=channel, moment=MOMENT).checks}
    assert checks[Reason.WRONG_COUNTRY].data == {"country": "IT", "tariffs": [tariff.pk]}
    assert checks[Reason.OUTSIDE_HOURS].data == {"local_time": "2027-01-15T17:00:00+09:00", "tariffs": []}


def test_streams_of_other_devices() -> None:
    channel = make_channel()
    account = make_account(operator=channel.operator)
    make_subscription(account=account, tariff=make_tariff(operator=channel.operator, channels=[channel]))
    plays = {name: Play(channel.pk, NOW - 60, NOW - 1) for name in ("box", "tv", "phone")}
    assert failed(account, channel=channel, attempt=Attempt("box", plays=plays)) == [Reason.TOO_MANY_STREAMS]
    two = {name: plays[name] for name in ("box", "tv")}
    assert failed(account, channel=channel, attempt=Attempt("box", plays=two)) == []


def test_channel_of_another_operator_is_unknown() -> None:
    account = make_account()
    make_subscription(account=account)
    assert failed(account, channel=make_channel()) == [Reason.CHANNEL_UNKNOWN]
    assert failed(account, channel=None) == [Reason.CHANNEL_UNKNOWN]


def test_account_that_has_just_been_deleted() -> None:
    account, channel = make_account(), make_channel()
    Account.objects.all().delete()
    with pytest.raises(NotFound):
        explain(account=account, channel=channel, moment=MOMENT)

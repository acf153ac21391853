"""Why was this refused? The gate's own decision, made from the records, with every check it went through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from headend.catalog.models import Channel
from headend.catalog.queries import blocked_programmes, programme_at
from headend.kernel.errors import NotFound
from headend.playback.ports import AccountView, make_grant
from headend.playback.queries.accounts import account_views
from headend.playback.queries.lineups import maintenance_of, tariff_terms, terms_of_channel
from headend.playback.queries.operators import operator_views
from headend.playback.rules import (
    Check,
    Decision,
    Grant,
    Play,
    PlayRequest,
    TariffTerms,
    current_tariffs,
    decide_playback,
    list_checks,
)
from headend.subscribers.models import Account, Device
from headend.subscribers.queries import subscriptions_of


@dataclass(frozen=True, slots=True)
class HeldTariff:
    """A tariff of the account and what it does for the channel. `counts`: it is held now and not disabled.

    `gives_channel` is None when it does not count.
    """

    id: int
    name: str
    starts_at: datetime
    ends_at: datetime | None
    counts: bool
    gives_channel: bool | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the gate would answer, the checks in their order and what the account holds."""

    decision: Decision
    checks: tuple[Check, ...]
    tariffs: tuple[HeldTariff, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One wish to play, as staff describe it. `since` None is live; `country` "" is that of the account.

    `plays` are the account's devices that watch, by device id, where the gate can be asked about them.
    """

    device_uid: str = ""
    since: datetime | None = None
    country: str = ""
    parent_code_given: bool = True
    plays: Mapping[str, Play] = field(default_factory=dict)


def explain(
    *, account: Account, channel: Channel | None, moment: datetime, attempt: Attempt | None = None
) -> Explanation:
    """Explain what would be answered to an account that wants a channel at a moment.

    A channel of another operator is unknown to the account. Raises NotFound when the account has just been deleted.
    """
    tried, now = attempt or Attempt(), int(moment.timestamp())
    operator = account.operator
    view = next(account_views([account.pk], now=now), None)
    if view is None:
        raise NotFound("there is no such account")
    terms = tariff_terms(operator)
    grant = make_grant(view, operator_views([operator.pk])[0], terms)
    request = _request(account, view, channel, tried, moment)
    return Explanation(
        decision=decide_playback(grant, request, now),
        checks=list_checks(grant, request, now),
        tariffs=_held_tariffs(account, channel, grant, terms, now),
    )


def _request(
    account: Account, view: AccountView, channel: Channel | None, attempt: Attempt, moment: datetime
) -> PlayRequest:
    device = Device.objects.of(account.operator_id).filter(account=account, uid=attempt.device_uid).first()
    asked = None
    if channel is not None and channel.operator_id == account.operator_id:
        windows, _ = maintenance_of(account.operator, moment)
        asked = terms_of_channel(channel, windows[channel.pk])
    return PlayRequest(
        device_key=attempt.device_uid,
        channel=asked,
        since=None if attempt.since is None else int(attempt.since.timestamp()),
        country=attempt.country.upper() or view.country,
        device_is_enabled=device is None or device.is_enabled,
        parent_code_given=attempt.parent_code_given,
        programme_is_blocked=asked is not None and _is_blocked(channel, attempt.since, moment),
        plays=attempt.plays,
    )


def _is_blocked(channel: Channel | None, since: datetime | None, now: datetime) -> bool:
    """Say whether the recording that is wanted, if it is one, is that of a blocked programme."""
    if channel is None or since is None:
        return False
    programme = programme_at(channel, int(since.timestamp()))
    return programme is not None and programme.pk in blocked_programmes(channel.operator_id, now)


def _held_tariffs(
    account: Account, channel: Channel | None, grant: Grant, terms: Mapping[int, TariffTerms], now: int
) -> tuple[HeldTariff, ...]:
    counting = {tariff.id for tariff in current_tariffs(grant, now)}
    held = []
    for subscription in subscriptions_of(account).select_related("tariff").order_by("starts_at", "pk"):
        ends = subscription.ends_at
        runs = subscription.starts_at.timestamp() <= now and (ends is None or now < ends.timestamp())
        counts = runs and subscription.tariff_id in counting
        held.append(
            HeldTariff(
                id=subscription.tariff_id,
                name=subscription.tariff.name,
                starts_at=subscription.starts_at,
                ends_at=ends,
                counts=counts,
                gives_channel=_gives(terms[subscription.tariff_id], channel) if counts else None,
            )
        )
    return tuple(held)


def _gives(tariff: TariffTerms, channel: Channel | None) -> bool:
    return channel is not None and (tariff.channels is None or channel.pk in tariff.channels)

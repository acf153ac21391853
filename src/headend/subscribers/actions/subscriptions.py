"""Which tariffs customers hold, from when to when."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from headend.catalog.models import Tariff
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import delete, save
from headend.subscribers.actions.checks import check_same_operator
from headend.subscribers.errors import BasicTariffHeld, BasicTariffMissing, TariffArchived, TariffHeld
from headend.subscribers.models import Account, Customer, TariffSubscription


@transaction.atomic
def subscribe(
    *,
    actor: Actor,
    customer: Customer,
    tariff: Tariff,
    starts_at: datetime,
    account: Account | None = None,
    ends_at: datetime | None = None,
) -> TariffSubscription:
    """Let a customer hold a tariff, for all accounts or for one, from `starts_at` until before `ends_at`.

    Raises TariffArchived, TariffHeld, BasicTariffHeld (one basic tariff at a time), BasicTariffMissing (where the
    operator has basic tariffs, the others need one beside them), OfAnotherOperator and Invalid.
    """
    check_same_operator(customer, tariff, account)
    if account is not None and account.customer_id != customer.pk:
        raise Invalid("the account is another customer's", "account")
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid("a subscription ends after it begins", "ends_at")
    Customer.objects.select_for_update().get(pk=customer.pk)
    if Tariff.objects.filter(pk=tariff.pk, is_archived=True).exists():  # maybe since the caller read it
        raise TariffArchived(f"{tariff} is archived and no longer given")
    _check_beside(tariff, _beside(customer, account, starts_at, ends_at))
    subscription = TariffSubscription(
        operator_id=customer.operator_id,
        customer=customer,
        account=account,
        tariff=tariff,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    save(actor=actor, obj=subscription)
    return subscription


def _beside(
    customer: Customer, account: Account | None, starts_at: datetime, ends_at: datetime | None
) -> QuerySet[TariffSubscription]:
    """What is held in some of that time, by whoever would hold the new one too."""
    held = TariffSubscription.objects.filter(Q(ends_at=None) | Q(ends_at__gt=starts_at), customer=customer)
    if ends_at is not None:
        held = held.filter(starts_at__lt=ends_at)
    return held if account is None else held.filter(Q(account=None) | Q(account=account))


def _check_beside(tariff: Tariff, beside: QuerySet[TariffSubscription]) -> None:
    if beside.filter(tariff=tariff).exists():
        raise TariffHeld(f"{tariff} is held already")
    has_basic = beside.filter(tariff__basic_priority__gt=0).exists()
    if tariff.basic_priority and has_basic:
        raise BasicTariffHeld("another basic tariff is held")
    if not tariff.basic_priority and not has_basic and _has_basic_tariffs(tariff.operator_id):
        raise BasicTariffMissing(f"{tariff} needs a basic tariff beside it")


def _has_basic_tariffs(operator_id: int) -> bool:
    return Tariff.objects.of(operator_id).filter(basic_priority__gt=0, is_enabled=True, is_archived=False).exists()


@transaction.atomic
def unsubscribe(*, actor: Actor, subscription: TariffSubscription, ends_at: datetime) -> None:
    """End a subscription at a moment; one that had not begun by then vanishes."""
    if ends_at <= subscription.starts_at:
        delete(actor=actor, obj=subscription)
        return
    if subscription.ends_at is None or ends_at < subscription.ends_at:
        subscription.ends_at = ends_at
        save(actor=actor, obj=subscription)

"""What other billing systems are asked and told from time to time: of accounts that are on, of all, of payments."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from headend.billing.errors import BillingElsewhere, BillingRefused
from headend.billing.models import OtherBilling, Payment, PaymentStatus
from headend.billing.ports import Hook
from headend.interfaces.billing_elsewhere import (
    ask,
    follow,
    follow_refusal,
    payment_elsewhere,
    process_elsewhere,
)
from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.subscribers.models import Account, Session

MOST_CHECKED = 500  # accounts of one system in one turn; the next turn goes on behind them
ONLINE = timedelta(minutes=15)
MOST_TOLD = 200
TOLD_FOR = timedelta(days=7)  # money of which a system has not taken the news by then it hears no more of

log = logging.getLogger(__name__)


def check_online(*, actor: Actor, now: datetime) -> int:
    """Ask about accounts whose devices are on, a portion of each system's; says how many were taken in or out."""
    changed = 0
    for record in _enabled(Hook.CHECK):
        for account in _portion(record, now):
            try:
                changed += _checked(account, actor)
            except NotFound:
                continue  # deleted while it was asked about
            except BillingElsewhere as error:
                log.warning("%s of operator %s: %s", record, record.operator_id, error)
                break
    return changed


def _checked(account: Account, actor: Actor) -> bool:
    try:
        told = ask(account, Hook.CHECK)
    except BillingRefused as refused:
        return follow_refusal(account, refused, actor)
    return told is not None and follow(account, told, actor)


def _enabled(hook: Hook) -> Iterator[OtherBilling]:
    for record in OtherBilling.objects.filter(is_enabled=True, operator__is_active=True).order_by("pk"):
        if hook in record.hooks:
            yield record


def _portion(record: OtherBilling, now: datetime) -> list[Account]:
    """The next accounts in turn whose devices are on and that this system decides about."""
    online = Session.objects.of(record.operator_id).filter(last_seen_at__gte=now - ONLINE).values("account")
    accounts = Account.objects.of(record.operator_id).filter(pk__in=online).select_related("customer", "operator")
    found = list(accounts.filter(pk__gt=record.checked).order_by("pk")[:MOST_CHECKED])
    last = found[-1].pk if len(found) == MOST_CHECKED else 0
    # Where the turn stands is nobody's decision: neither news nor a matter for the audit log.
    OtherBilling.objects.filter(pk=record.pk).update(checked=last)
    return [account for account in found if _decides(record, account)]


def _decides(record: OtherBilling, account: Account) -> bool:
    handler = account.customer.billing_handler
    return handler == record.pk or (handler is None and record.is_default)


def process_all(*, actor: Actor) -> tuple[int, int]:
    """Ask every system what shall become of each of its accounts; says how many were asked about, and failed."""
    asked = failed = 0
    for record in _enabled(Hook.PROCESS):
        accounts = Account.objects.of(record.operator_id).select_related("customer", "operator")
        for account in accounts.order_by("pk").iterator(chunk_size=500):
            if not _decides(record, account):
                continue
            try:
                asked += process_elsewhere(account, actor)
            except (BillingElsewhere, NotFound) as error:  # not found: deleted while it was asked about
                failed += 1
                log.warning("account %s of operator %s: %s", account.number, account.operator_id, error)
    return asked, failed


def tell_payments(*, now: datetime) -> int:
    """Tell other systems of money that came in, until they have taken the news; says how many did."""
    operators = {record.operator_id for record in _enabled(Hook.PAID)}
    fresh = Payment.objects.filter(status=PaymentStatus.PAID, told_at=None, paid_at__gt=now - TOLD_FOR)
    waiting = fresh.filter(operator__in=operators).select_related("customer", "account__customer", "merchant")
    told, silent = 0, set[int]()
    for payment in waiting.order_by("paid_at", "pk")[:MOST_TOLD]:
        if payment.operator_id in silent:
            continue
        try:
            told += payment_elsewhere(payment)
        except BillingRefused as refused:
            log.warning("payment %s of operator %s is not taken: %s", payment.pk, payment.operator_id, refused)
        except BillingElsewhere as error:
            log.warning("operator %s: %s", payment.operator_id, error)
            silent.add(payment.operator_id)
            continue
        Payment.objects.filter(pk=payment.pk).update(told_at=now)
    return told

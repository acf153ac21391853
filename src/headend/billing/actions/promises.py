"""Promised payments: money lent for some days, so that a household is not without television until it can pay."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from headend.billing.actions.ledger import lock_customer
from headend.billing.actions.renewals import revive
from headend.billing.errors import PromiseRefused
from headend.billing.models import PromisedPayment
from headend.billing.queries import billing_terms, currency_of
from headend.billing.rules import positive
from headend.billing.rules.promises import may_promise
from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.subscribers.models import Customer


@transaction.atomic
def promise_payment(*, actor: Actor, customer: Customer, amount: Decimal, now: datetime) -> PromisedPayment:
    """Lend a customer an amount until it is paid or the operator's days are over; raises PromiseRefused and BadAmount.

    What waits for money is charged, and accounts come back into service, at once. It costs nothing.
    """
    customer = lock_customer(customer)
    terms, currency = billing_terms(customer.operator_id), currency_of(customer)
    last = PromisedPayment.objects.filter(customer=customer).order_by("-pk").first()
    refusal = may_promise(
        positive(amount, currency),
        days=terms.promised_days,
        most=terms.promised_most,
        pause_days=terms.promised_pause_days,
        last_ended=None if last is None else last.ended_at or last.until,
        runs=last is not None and last.ended_at is None,
        now=now,
    )
    if refusal:
        raise PromiseRefused(refusal)
    promise = PromisedPayment(
        operator_id=customer.operator_id,
        customer=customer,
        amount=amount,
        currency=currency,
        given_at=now,
        until=now + timedelta(days=terms.promised_days),
    )
    save(actor=actor, obj=promise)
    revive(actor=actor, customer=customer, now=now)
    return promise

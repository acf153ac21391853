"""The billing run: everything that is due for an operator's customers, portion by portion, as often as one likes."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from headend.billing.actions.renewals import Tally, preview, renew
from headend.billing.models import BillingRun
from headend.billing.queries import billing_terms, today_of
from headend.billing.queries.renewals import customers_due
from headend.billing.rules import ZERO
from headend.kernel.actor import Actor
from headend.kernel.errors import HeadendError
from headend.kernel.portions import portions
from headend.operators.actions import save
from headend.operators.models import Operator

PORTION = 250  # customers in one transaction, which others wait for
MOST_TOLD = 100  # failures that are kept with a run

log = logging.getLogger(__name__)


@dataclass
class Report:
    """What a run did, or would do: of customers for whom something was `due`, and those who could not be dealt with."""

    operator_id: int
    due: int = 0
    tally: Tally = field(default_factory=Tally)
    failures: list[tuple[int, str]] = field(default_factory=list)


def run_billing(
    *,
    actor: Actor,
    operator: Operator,
    now: datetime,
    is_dry: bool = False,
    tell: Callable[[int, int], None] | None = None,
) -> Report:
    """Do all that is due for an operator's customers by now; a second run, or one beside it, finds nothing left to do.

    A customer who cannot be dealt with holds up nobody else. `tell` hears of progress: how many of how many. A run for
    which something was due is kept (`BillingRun`); a dry one writes nothing at all.
    """
    report = Report(operator.pk)
    if not billing_terms(operator.pk).is_run:
        return report
    numbers = customers_due(operator, now)
    report.due = len(numbers)
    kept = None if is_dry or not numbers else _begin(actor, operator, now)
    for portion in portions(numbers, PORTION):
        _deal_with(actor, operator, portion, now, report, is_dry=is_dry)
        if tell is not None:
            tell(len(portion), report.due)
    if kept is not None:
        _finish(actor, kept, report)
    return report


def _deal_with(
    actor: Actor, operator: Operator, portion: Sequence[int], now: datetime, report: Report, *, is_dry: bool
) -> None:
    """Do what is due for a portion; when that fails, for one after the other, so that only those fail who must."""
    try:
        report.tally.add(_do(actor, operator, portion, now, is_dry=is_dry))
    except (HeadendError, ArithmeticError, ValueError) as error:
        if len(portion) == 1:
            log.warning("customer %s could not be charged: %s", portion[0], error)
            report.failures.append((portion[0], str(error)))
            return
        for number in portion:
            _deal_with(actor, operator, [number], now, report, is_dry=is_dry)


def _do(actor: Actor, operator: Operator, portion: Sequence[int], now: datetime, *, is_dry: bool) -> Tally:
    if is_dry:
        return preview(operator=operator, customers=portion, now=now)
    return renew(actor=actor, operator=operator, customers=portion, now=now)


def _begin(actor: Actor, operator: Operator, now: datetime) -> BillingRun:
    kept = BillingRun(operator=operator, day=today_of(operator, now), started_at=now, currency=operator.currency)
    save(actor=actor, obj=kept)
    return kept


def _finish(actor: Actor, kept: BillingRun, report: Report) -> None:
    tally = report.tally
    kept.finished_at, kept.customers = datetime.now(kept.started_at.tzinfo), report.due
    kept.charged = tally.charged.get(kept.currency, ZERO)
    kept.counts = {outcome.value: number for outcome, number in tally.counts.items() if number}
    kept.failed = len(report.failures)
    kept.failures = [{"customer": number, "error": error} for number, error in report.failures[:MOST_TOLD]]
    others = {currency: amount for currency, amount in tally.charged.items() if currency != kept.currency}
    kept.counts |= {f"charged {currency}": _text(amount) for currency, amount in others.items()}
    save(actor=actor, obj=kept)


def _text(amount: Decimal) -> str:
    return f"{amount:f}"

"""Whether somebody may promise to pay. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class PromiseRefusal(StrEnum):
    """Why a promise is not taken. The order is the order of the checks."""

    NOT_OFFERED = "not_offered"
    RUNS = "runs"  # another promise
    TOO_MUCH = "too_much"
    TOO_SOON = "too_soon"


def may_promise(  # noqa: PLR0913 - an operator's terms, told in full
    amount: Decimal,
    *,
    days: int,
    most: Decimal | None,
    pause_days: int,
    last_ended: datetime | None,
    runs: bool,
    now: datetime,
) -> PromiseRefusal | None:
    """Why somebody may not promise an amount: for `days` days, at most `most`, and `pause_days` after the last one."""
    if not days:
        return PromiseRefusal.NOT_OFFERED
    if runs:
        return PromiseRefusal.RUNS
    if most is not None and amount > most:
        return PromiseRefusal.TOO_MUCH
    is_early = last_ended is not None and now < last_ended + timedelta(days=pause_days)
    return PromiseRefusal.TOO_SOON if is_early else None

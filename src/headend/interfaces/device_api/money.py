"""How the device API writes money and days: it has no calls of its own."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from headend.billing.queries import currency_of, today_of
from headend.billing.rules import rounded
from headend.interfaces.wire.errors import Refused
from headend.operators.models import Operator
from headend.subscribers.models import Customer

WIRE_DAY = "%d.%m.%Y"


def as_text(amount: object, customer: Customer) -> str:
    """An amount as a text with the digits that the customer's currency has: "9.00"."""
    return str(rounded(Decimal(str(amount)), currency_of(customer)))


def amount_of(value: float) -> Decimal:
    """An amount as it stood on the wire."""
    return Decimal(repr(value))


def day_text(operator: Operator, moment: datetime | None) -> str:
    """A moment's day in the operator's zone, yyyy-mm-dd; "" for none."""
    return today_of(operator, moment).isoformat() if moment else ""


def day_of(text: str, otherwise: date, number: int) -> date:
    """A day written as dd.mm.yyyy; refuses with `number` what is none."""
    if not text:
        return otherwise
    try:
        return datetime.strptime(text, WIRE_DAY).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise Refused(number) from error


def looks_like_mail(text: str) -> bool:
    """Say whether a text could be a mail address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True

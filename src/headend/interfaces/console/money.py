"""How the console writes money."""

from decimal import Decimal

from django.utils.formats import number_format

from headend.billing.rules import rounded


def money(amount: Decimal, currency: str) -> str:
    """An amount as people read it."""
    return f"{number_format(rounded(amount, currency), use_l10n=True, force_grouping=True)} {currency}"

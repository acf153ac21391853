"""How the console writes money, and asks for it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from headend.billing.rules import rounded


def money(amount: Decimal, currency: str) -> str:
    """An amount as people read it."""
    return f"{number_format(rounded(amount, currency), use_l10n=True, force_grouping=True)} {currency}"


def amount_field(**options: Any) -> forms.DecimalField:
    """A field for an amount that can be paid, in any currency."""
    return forms.DecimalField(
        label=_("Amount"),
        min_value=Decimal("0.001"),
        max_digits=15,
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget,
        **options,
    )

"""Asking for a period of whole days."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDateWidget

YEARS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31)))


class DaysForm(forms.Form):
    """The first and the last day, both of which belong to the period."""

    first = forms.DateField(label=gettext_lazy("From"), widget=UnfoldAdminDateWidget, validators=YEARS)
    last = forms.DateField(label=gettext_lazy("Until"), widget=UnfoldAdminDateWidget, validators=YEARS)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The period ends before it begins."))
        return cleaned

"""Passwords that are made for accounts: shown on the page that answers, this once, and kept nowhere as text."""

import csv
import io
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanSwitchWidget

from headend.interfaces.console.account_sheet import PASSWORD_FIGURES, AccountSheet
from headend.interfaces.console.exchange import ConfirmForm, ExchangeAdmin
from headend.interfaces.console.reach import staff_of
from headend.kernel.passwords import hash_password
from headend.kernel.tokens import new_figures


class PasswordFields(forms.Form):
    """What a form of an account has for its password: typed, or made and then in `instance.made_password`."""

    make_password = forms.BooleanField(
        label=_("Make a password"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Of figures, for remote controls. It is shown once, after saving."),
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("make_password") and cleaned.get("new_password"):
            raise ValidationError({"make_password": _("Type a password or have one made, not both.")})
        return cleaned

    def take_password(self, account: Any) -> None:
        """Put the password into the account that is about to be saved."""
        password = self.cleaned_data.get("new_password")
        if self.cleaned_data.get("make_password") and not self.errors:
            password = account.made_password = new_figures(PASSWORD_FIGURES)
        if password:
            account.password = hash_password(password)


class ConfirmAccounts(ConfirmForm):
    make_passwords = forms.BooleanField(
        label=_("Make passwords for new accounts that have none"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("They are shown once, after writing."),
    )


class ShowsMadePasswords(ExchangeAdmin):
    """A screen of accounts whose made passwords are shown when they were saved."""

    confirm_form = ConfirmAccounts

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._made(request, obj) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._made(request, obj) or super().response_change(request, obj, *args, **kwargs)

    def sheet_to_import(self, request: HttpRequest, form: ConfirmForm) -> AccountSheet:
        return AccountSheet(staff_of(request), makes_passwords=form.cleaned_data["make_passwords"])

    def after_import(self, request: HttpRequest, sheet: Any) -> HttpResponse:
        made = [(account.number, password) for account, password in sheet.made if account.pk]
        if not made:
            return super().after_import(request, sheet)
        lines = _as_csv(made)
        return self._page(request, lines=lines, file=b64encode(lines.encode()).decode())

    def _made(self, request: HttpRequest, account: Any) -> HttpResponse | None:
        password = getattr(account, "made_password", "")
        return self._page(request, account=account, password=password) if password else None

    def _page(self, request: HttpRequest, **made: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": _("Made passwords"), "opts": self.opts, **made}
        response = TemplateResponse(request, "console/made_passwords.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _as_csv(rows: Iterable[tuple[int, str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([("number", "password"), *rows])
    return written.getvalue()

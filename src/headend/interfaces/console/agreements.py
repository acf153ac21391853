"""What is agreed on single subscriptions: a price of their own, another tariff from the next period on."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from headend.billing.actions import change_later, set_price
from headend.catalog.models import Tariff
from headend.interfaces.console.bulk import BulkActions
from headend.interfaces.console.days import YEARS
from headend.interfaces.console.money import money
from headend.interfaces.console.screens import actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError
from headend.subscribers.models import TariffSubscription


class PriceChoice(forms.Form):
    price = forms.DecimalField(
        label=_("Price of a period"),
        required=False,
        min_value=0,
        max_digits=15,
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Empty: the tariff's own."),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=UnfoldAdminDateWidget,
        validators=YEARS,
        help_text=_("For periods that begin up to this day; empty: always."),
    )


class SuccessorChoice(forms.Form):
    tariff = forms.ModelChoiceField(
        Tariff.objects.none(),
        label=_("Tariff"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Takes its place when the paid period ends. Empty: it goes on as it is."),
    )


class Agreements(BulkActions):
    """Subscriptions with what is agreed on them, which those may change who may give discounts."""

    def has_agree_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_discount"))

    @display(description=_("agreed"))
    def agreed(self, obj: TariffSubscription) -> str:
        renewal = getattr(obj, "renewal", None)
        told = []
        if renewal is not None and renewal.price_override is not None:
            price, until = money(renewal.price_override, renewal.currency), renewal.price_until
            words = text("%(price)s until %(day)s")
            told.append(words % {"price": price, "day": date_format(until)} if until else price)
        if renewal is not None and renewal.successor is not None:
            told.append(text("then %(tariff)s") % {"tariff": renewal.successor})
        return ", ".join(told) or "-"

    @action(description=_("Agree on a price…"), permissions=["agree"])
    def agree_price(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Agree on a price"), PriceChoice)
        if not isinstance(form, forms.Form):
            return form
        agreed = form.cleaned_data
        return self._agree(
            request,
            queryset,
            lambda each: set_price(
                actor=actor_of(request), subscription=each, price=agreed["price"], until=agreed["until"]
            ),
        )

    @action(description=_("Change with the next period…"), permissions=["agree"])
    def agree_successor(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Change with the next period"), SuccessorChoice)
        if not isinstance(form, forms.Form):
            return form
        tariff = form.cleaned_data["tariff"]
        return self._agree(
            request, queryset, lambda each: change_later(actor=actor_of(request), subscription=each, successor=tariff)
        )

    def _agree(self, request: HttpRequest, queryset: Any, agree: Callable[[TariffSubscription], object]) -> None:
        changed = 0
        for subscription in queryset.select_related("tariff", "customer", "operator"):
            try:
                agree(subscription)
                changed += 1
            except HeadendError as error:
                self.message_user(request, f"{subscription.customer}: {explain(error)}", "error")
        self.tell(request, changed)

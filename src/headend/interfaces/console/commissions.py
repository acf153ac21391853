"""What dealers earn, and paying it out."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from headend.billing.actions import pay_dealer
from headend.billing.models import CommissionRule
from headend.billing.queries import owed_to
from headend.interfaces.console.billing import each_told
from headend.interfaces.console.bulk import BulkActions, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.money import amount_field, money
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet


class PayoutForm(forms.Form):
    amount = amount_field(required=False, help_text=_("Empty: all that is owed."))
    comment = forms.CharField(label=_("Comment"), max_length=500, required=False, widget=UnfoldAdminTextInputWidget)


class CommissionRuleSheet(Sheet):
    model = CommissionRule
    columns = ("dealer", "basis", "percent", "amount", "is_enabled")
    keys = (("dealer",),)


class CommissionRuleScreen(Switchable, BulkActions, ExchangeAdmin):
    sheet = CommissionRuleSheet
    switch_field = "is_enabled"
    list_display = ("dealer", "basis", "percent", "amount", "owed", "state")
    list_filter = (("basis", ChoicesDropdownFilter), ("is_enabled", BooleanRadioFilter))
    list_select_related = ("dealer__operator",)
    search_fields = ("dealer__name",)
    autocomplete_fields = ("dealer",)
    ordering = ("dealer__name", "id")
    actions = ("pay_out",)
    readonly_fields = ("owed",)
    fieldsets = ((None, {"fields": ("operator", ("dealer", "is_enabled"), "basis", ("percent", "amount"), "owed")}),)

    @display(description=_("owed"))
    def owed(self, obj: CommissionRule) -> str:
        return money(owed_to(obj.dealer), obj.dealer.operator.currency) if obj.pk else "—"

    def has_pay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_commissionrule")

    @action(description=_("Write down a payout…"), permissions=["pay"])
    def pay_out(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Write down a payout"), PayoutForm)
        if not isinstance(form, forms.Form):
            return form
        given, actor = form.cleaned_data, actor_of(request)
        return each_told(
            self,
            request,
            queryset,
            lambda each: pay_dealer(
                actor=actor,
                dealer=each.dealer,
                amount=given["amount"],
                now=timezone.now(),
                comment=given["comment"],
            ),
        )


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {CommissionRule: CommissionRuleScreen}

"""Screens of promo codes and of who activated them."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, DropdownFilter
from unfold.decorators import display

from headend.billing.models import PromoActivation, PromoCode
from headend.billing.rules import code_of
from headend.interfaces.console.billing import SEARCHED_CUSTOMER
from headend.interfaces.console.bulk import Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, SearchFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.money import money
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet


class PromoCodeForm(ConsoleForm):
    def clean_code(self) -> str:
        return code_of(self.cleaned_data["code"])


class PromoCodeSheet(Sheet):
    model = PromoCode
    columns = (
        "code",
        "amount",
        "discount",
        "tariffs",
        "free_tariffs",
        "valid_from",
        "valid_until",
        "activation_count",
        "is_enabled",
        "comment",
    )
    keys = (("code",),)


class ValidFilter(DropdownFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("now")), ("later", _("later")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = timezone.localdate()
        if self.value() == "over":
            return queryset.filter(valid_until__lt=today)
        if self.value() == "later":
            return queryset.filter(valid_from__gt=today)
        running = queryset.exclude(valid_until__lt=today).exclude(valid_from__gt=today)
        return running if self.value() == "now" else queryset


class PromoCodeScreen(Switchable, ExchangeAdmin):
    sheet = PromoCodeSheet
    form = PromoCodeForm
    list_display = ("code", "gives", "valid_from", "valid_until", "used_total", "activation_count", "state")
    list_filter = (ValidFilter, ("is_enabled", BooleanRadioFilter), ("created_at", MomentFilter))
    search_fields = ("code", "comment")
    ordering = ("-id",)
    autocomplete_fields = ("tariffs", "free_tariffs", "account")
    counts = {
        "used_total": Counted(_("activated"), "activations", "billing.promoactivation", "promo__id__exact"),
        "free_total": Counted(_("free tariffs"), "free_tariffs"),
    }
    readonly_fields = ("created_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("code", "is_enabled"),
                    ("valid_from", "valid_until"),
                    ("activation_count", "account"),
                    "created_at",
                    "comment",
                )
            },
        ),
        (
            _("What it gives"),
            {"fields": (("amount", "discount"), "tariffs", "free_tariffs")},
        ),
    )

    @display(description=_("gives"))
    def gives(self, obj: PromoCode) -> str:
        parts = []
        if obj.amount:
            parts.append(money(obj.amount, obj.operator.currency))
        if obj.discount:
            parts.append(f"−{number_format(obj.discount.normalize(), use_l10n=True)} %")
        if number := getattr(obj, "free_total_count", 0):
            parts.append(ngettext("%(number)d tariff", "%(number)d tariffs", number) % {"number": number})
        return " + ".join(parts) or "—"

    def counted_columns(self, shown: Any) -> list[str]:
        return list(self.counts)


class PromoActivationSheet(Sheet):
    model = PromoActivation
    columns = ("promo", "customer", "activated_at", "applied_at", "transaction")


class PromoActivationScreen(ExchangeAdmin):
    sheet = PromoActivationSheet
    may_import = False
    is_read_only = True
    list_display = ("promo", "customer", "activated_at", "applied_at")
    list_filter = (("promo", SearchFilter), ("customer", SearchFilter), ("activated_at", MomentFilter))
    list_select_related = ("promo", "customer")
    search_fields = ("promo__code", *SEARCHED_CUSTOMER)
    ordering = ("-id",)
    fieldsets = ((None, {"fields": ("operator", ("promo", "customer"), ("activated_at", "applied_at"))}),)


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    PromoCode: PromoCodeScreen,
    PromoActivation: PromoActivationScreen,
}

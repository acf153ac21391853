"""Screens of what the billing run goes by, and of its runs: terms, discounts, promises, virtual tariffs."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RangeDateFilter
from unfold.decorators import action, display

from headend.billing.actions import run_billing
from headend.billing.actions.runs import Report
from headend.billing.models import BillingRun, BillingTerms, Discount, PromisedPayment
from headend.billing.rules.renewals import Outcome
from headend.catalog.models import VirtualTariff
from headend.interfaces.console.billing import SEARCHED_CUSTOMER
from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.money import money
from headend.interfaces.console.reach import staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError
from headend.operators.queries import operators_seen_by

OUTCOMES = {
    Outcome.CHARGED: _("charged"),
    Outcome.PROLONGED: _("prolonged for nothing"),
    Outcome.ACTIVATED: _("put into service"),
    Outcome.DEACTIVATED: _("taken out of service"),
    Outcome.SUSPENDED: _("subscriptions interrupted"),
    Outcome.RESUMED: _("subscriptions resumed"),
    Outcome.CHANGED: _("tariffs changed"),
    Outcome.TRIAL_ENDED: _("trials ended"),
    Outcome.PROMISE_ENDED: _("promises ended"),
}


class BillingTermsScreen(ConsoleAdmin):
    list_display = ("operator", "is_run", "tax_rate", "prices_include_tax", "promised_days")
    search_fields = ("operator__name",)
    fieldsets = (
        (
            None,
            {
                "description": _("How customers are charged, and what is lent to those who promise to pay."),
                "fields": (
                    "operator",
                    "is_run",
                    ("tax_rate", "prices_include_tax"),
                    ("promised_days", "promised_most"),
                    "promised_pause_days",
                ),
            },
        ),
    )


class DiscountForm(ConsoleForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (cleaned.get("percent") is None) == (cleaned.get("amount") is None):
            raise ValidationError({"percent": gettext("Either per cent or an amount is needed.")})
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            raise ValidationError({"ends_on": gettext("It cannot end before it begins.")})
        return cleaned


class DiscountScreen(Switchable):
    form = DiscountForm
    list_display = ("takes_off", "customer", "tariff", "starts_on", "ends_on", "comment", "state")
    list_filter = (("is_enabled", BooleanRadioFilter), ("tariff", RelatedFilter), ("customer", SearchFilter))
    list_select_related = ("customer", "tariff", "operator")
    search_fields = ("comment", *SEARCHED_CUSTOMER)
    autocomplete_fields = ("customer", "tariff")
    fieldsets = (
        (
            None,
            {
                "description": _("Of several that fit, the one that takes most off counts."),
                "fields": (
                    "operator",
                    ("percent", "amount"),
                    ("customer", "tariff"),
                    ("starts_on", "ends_on"),
                    "is_enabled",
                    "comment",
                ),
            },
        ),
    )

    @display(description=_("discount"))
    def takes_off(self, obj: Discount) -> str:
        if obj.amount is not None:
            return money(obj.amount, obj.operator.currency)
        return f"{number_format((obj.percent or 0) + 0, use_l10n=True)} %"


class PromisedPaymentScreen(ConsoleAdmin):
    """Promises are taken on the screen of customers; what becomes of them is the billing run's."""

    is_read_only = True
    list_display = ("customer", "sum", "given_at", "until", "state")
    list_filter = (("customer", SearchFilter), ("given_at", MomentFilter))
    list_select_related = ("customer",)
    search_fields = SEARCHED_CUSTOMER
    fieldsets = ((None, {"fields": ("operator", ("customer", "sum"), ("given_at", "until"), ("ended_at", "is_kept"))}),)
    readonly_fields = ("sum",)

    @display(description=_("amount"))
    def sum(self, obj: PromisedPayment) -> str:
        return money(obj.amount, obj.currency)

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: PromisedPayment) -> tuple[str, Any]:
        if obj.ended_at is None:
            return ("warn", _("runs"))
        return ("on", _("kept")) if obj.is_kept else ("off", _("not kept"))


class BillingRunScreen(ConsoleAdmin):
    is_read_only = True
    list_display = ("day", "started_at", "finished_at", "customers", "sum", "failed", "state")
    list_filter = (("day", RangeDateFilter),)
    list_select_related = ("operator",)
    ordering = ("-id",)
    actions_list = ("preview_run", "run_now")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("operator", "day"),
                    ("started_at", "finished_at"),
                    ("customers", "sum"),
                    "outcomes",
                    "told_failures",
                )
            },
        ),
    )
    readonly_fields = ("sum", "outcomes", "told_failures")

    @display(description=_("charged"))
    def sum(self, obj: BillingRun) -> str:
        return money(obj.charged, obj.currency)

    @display(description=_("what was done"))
    def outcomes(self, obj: BillingRun) -> SafeString:
        rows = [(str(OUTCOMES.get(name, name)), number) for name, number in obj.counts.items()]
        return format_html_join("", "<p>{}: {}</p>", rows) or SafeString("—")

    @display(description=_("could not be charged"))
    def told_failures(self, obj: BillingRun) -> SafeString:
        rows = [(each["customer"], each["error"]) for each in obj.failures]
        return format_html_join("", "<p>#{}: {}</p>", rows) or SafeString("—")

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: BillingRun) -> tuple[str, Any]:
        if obj.finished_at is None:
            return ("warn", _("runs, or was broken off"))
        return ("off", _("with failures")) if obj.failed else ("on", _("done"))

    def has_run_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_billingterms"))

    @action(description=_("See what is due now"), permissions=["run"])
    def preview_run(self, request: HttpRequest) -> HttpResponseRedirect:
        return self._run(request, is_dry=True)

    @action(description=_("Charge what is due now"), permissions=["run"])
    def run_now(self, request: HttpRequest) -> HttpResponseRedirect:
        return self._run(request, is_dry=False)

    def _run(self, request: HttpRequest, *, is_dry: bool) -> HttpResponseRedirect:
        for operator in operators_seen_by(staff_of(request)).filter(is_active=True):
            try:
                report = run_billing(actor=actor_of(request), operator=operator, now=timezone.now(), is_dry=is_dry)
                self.message_user(request, told(str(operator), report))
            except HeadendError as error:
                self.message_user(request, explain(error), "error")
        return HttpResponseRedirect("../")


def told(operator: str, report: Report) -> str:
    """A run in one line."""
    if not report.due:
        return gettext("%(operator)s: nothing is due.") % {"operator": operator}
    sums = [money(amount, currency) for currency, amount in report.tally.charged.items()]
    counts = [f"{OUTCOMES[outcome]}: {number}" for outcome, number in report.tally.counts.items() if number]
    failed = [gettext("failed: %(number)s") % {"number": len(report.failures)}] if report.failures else []
    return f"{operator}: " + ", ".join([*counts, *sums, *failed])


class VirtualTariffScreen(ConsoleAdmin):
    list_display = ("name", "external_id", "stands_for")
    search_fields = ("name", "external_id")
    autocomplete_fields = ("tariffs",)
    fieldsets = (
        (
            None,
            {
                "description": _("A name by which another billing system gives and takes several tariffs at once."),
                "fields": ("operator", "name", "external_id", "tariffs"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset: models.QuerySet[Any] = super().get_queryset(request).prefetch_related("tariffs")
        return queryset

    @display(description=_("tariffs"))
    def stands_for(self, obj: VirtualTariff) -> str:
        return ", ".join(str(tariff) for tariff in obj.tariffs.all())


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    BillingTerms: BillingTermsScreen,
    Discount: DiscountScreen,
    PromisedPayment: PromisedPaymentScreen,
    BillingRun: BillingRunScreen,
    VirtualTariff: VirtualTariffScreen,
}

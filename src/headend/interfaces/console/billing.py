"""Screens of the ledger, payments, gateways and saved cards."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
    RangeNumericFilter,
)
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from headend.billing.actions import (
    correct,
    fail_payment,
    forget_card,
    refund_payment,
    settle_payment,
    write_down_payment,
)
from headend.billing.models import (
    Entry,
    Payment,
    PaymentStatus,
    SavedCard,
    Transaction,
)
from headend.billing.ports import Failure, Outcome, PaymentState
from headend.billing.queries import balance_of, currency_of
from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.lists import list_url, record_url
from headend.interfaces.console.money import amount_field, money
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.words import explain
from headend.interfaces.payments import open_gateway
from headend.kernel.errors import HeadendError
from headend.subscribers.models import Customer

AMOUNT_COLOURS = {"in": "success", "out": "danger"}
SEARCHED_CUSTOMER = (
    "customer__last_name",
    "customer__first_name",
    "customer__company_name",
    "customer__contract_number",
)


def balance_cell(customer: Customer) -> SafeString:
    """A customer's balance, with the way to what moved it and to their payments."""
    return format_html(
        '{} · <a class="console-link" href="{}">{}</a> · <a class="console-link" href="{}">{}</a>',
        money(balance_of(customer), currency_of(customer)),
        list_url("billing.entry", {"customer__id__exact": customer.pk}),
        _("Ledger"),
        list_url("billing.payment", {"customer__id__exact": customer.pk}),
        _("Payments"),
    )


# --- the ledger ------------------------------------------------------------------------------------------------------


class EntrySheet(Sheet):
    model = Entry
    columns = ("at", "transaction", "book", "customer", "amount", "currency")


class EntryScreen(ExchangeAdmin):
    sheet = EntrySheet
    may_import = False
    is_read_only = True
    list_display = ("at", "customer", "moved", "kind", "book", "comment", "posted")
    list_filter = (
        ("book", ChoicesDropdownFilter),
        ("transaction__kind", ChoicesDropdownFilter),
        ("customer", SearchFilter),
        ("amount", RangeNumericFilter),
        ("at", MomentFilter),
    )
    list_select_related = ("transaction", "customer")
    search_fields = (*SEARCHED_CUSTOMER, "transaction__comment", "transaction__external_id__exact")
    search_help_text = _("Customer, contract, comment or external id")
    ordering = ("-id",)
    fieldsets = ((None, {"fields": ("operator", ("at", "book"), ("customer", "sum"), ("kind", "posted"), "comment")}),)
    readonly_fields = ("sum", "kind", "comment", "posted")

    @display(description=_("amount"), ordering="amount", label=AMOUNT_COLOURS)
    def moved(self, obj: Entry) -> tuple[str, str]:
        return ("in" if obj.amount > 0 else "out", money(obj.amount, obj.currency))

    @display(description=_("amount"))
    def sum(self, obj: Entry) -> str:
        return money(obj.amount, obj.currency)

    @display(description=_("for"))
    def kind(self, obj: Entry) -> str:
        return str(obj.transaction.get_kind_display())

    @display(description=_("comment"))
    def comment(self, obj: Entry) -> str:
        return obj.transaction.comment or "—"

    @display(description=_("transaction"))
    def posted(self, obj: Entry) -> SafeString:
        return format_html('<a class="console-link" href="{}">#{}</a>', record_url(obj.transaction), obj.transaction_id)


class CorrectionForm(forms.Form):
    comment = forms.CharField(label=_("Why"), max_length=500, widget=UnfoldAdminTextInputWidget)


class TransactionSheet(Sheet):
    model = Transaction
    columns = ("at", "kind", "currency", "comment", "external_id", "corrects")


class TransactionScreen(BulkActions, ExchangeAdmin):
    sheet = TransactionSheet
    may_import = False
    is_read_only = True
    list_display = ("__str__", "at", "comment", "external_id", "corrected")
    list_filter = (("kind", ChoicesDropdownFilter), ("at", MomentFilter))
    list_select_related = ("corrects",)
    search_fields = ("=id", "comment", "external_id")
    search_help_text = _("Number, comment or external id")
    ordering = ("-id",)
    actions = ("undo",)
    readonly_fields = ("lines", "corrected")
    fieldsets = ((None, {"fields": ("operator", ("kind", "at"), "lines", "comment", ("external_id", "corrected"))}),)

    @display(description=_("entries"))
    def lines(self, obj: Transaction) -> SafeString:
        rows = (
            (entry.customer or entry.get_book_display(), money(entry.amount, entry.currency))
            for entry in obj.entries.select_related("customer")
        )
        return format_html_join(SafeString("<br>"), "{}: {}", rows)

    @display(description=_("corrects"))
    def corrected(self, obj: Transaction) -> SafeString | str:
        if obj.corrects is None:
            return "—"
        return format_html('<a class="console-link" href="{}">{}</a>', record_url(obj.corrects), obj.corrects)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_transaction")

    @action(description=_("Undo by a correction…"), permissions=["undo"])
    def undo(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Undo by a correction"), CorrectionForm)
        if not isinstance(form, forms.Form):
            return form
        return each_told(
            self,
            request,
            queryset,
            lambda wrong: correct(
                actor=actor_of(request), wrong=wrong, now=timezone.now(), comment=form.cleaned_data["comment"]
            ),
        )


def each_told(screen: BulkActions, request: HttpRequest, rows: Any, act: Any) -> None:
    """Do something with each row and say with how many it worked, and why not with the others."""
    done = 0
    for row in rows:
        try:
            act(row)
            done += 1
        except HeadendError as error:
            messages.error(request, f"{row}: {explain(error)}")
    screen.tell(request, done)


# --- payments --------------------------------------------------------------------------------------------------------


class PaymentForm(ConsoleForm):
    """Money that staff took: who paid, how much, and what they want to remember."""


class RefundForm(forms.Form):
    amount = amount_field(required=False, help_text=_("Empty: all that is left of it."))
    comment = forms.CharField(label=_("Why"), max_length=500, required=False, widget=UnfoldAdminTextInputWidget)


class PaymentSheet(Sheet):
    model = Payment
    columns = (
        "created_at",
        "paid_at",
        "customer",
        "account",
        "merchant",
        "amount",
        "currency",
        "status",
        "failure",
        "reference",
        "comment",
        "transaction",
    )


class PaymentScreen(BulkActions, ExchangeAdmin):
    """Nothing of a payment is changed by hand: it is added, confirmed, given up or given back."""

    sheet = PaymentSheet
    form = PaymentForm
    may_import = False
    is_read_only = True
    list_display = ("number", "created_at", "customer", "paid", "state", "merchant", "comment")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("merchant", RelatedFilter),
        ("customer", SearchFilter),
        ("amount", RangeNumericFilter),
        ("created_at", MomentFilter),
    )
    list_select_related = ("customer", "merchant")
    search_fields = ("=id", *SEARCHED_CUSTOMER, "reference", "comment")
    search_help_text = _("Number, customer, contract, number at the gateway or comment")
    ordering = ("-id",)
    autocomplete_fields = ("customer",)
    actions = ("confirm", "give_up", "refund")
    readonly_fields = ("paid", "in_ledger")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("customer", "account"),
                    ("paid", "status"),
                    ("created_at", "paid_at"),
                    ("merchant", "reference"),
                    ("in_ledger", "failure"),
                    "comment",
                )
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("operator", "customer", "amount", "comment")}),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_payment")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_payment")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        hidden = self.hidden_fields(request, obj)
        fields = [name for name in self.add_fieldsets[0][1]["fields"] if name not in hidden]
        return [(None, {"fields": fields})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return super().get_readonly_fields(request, obj) if obj else []

    def save_model(self, request: HttpRequest, obj: Payment, form: Any, change: bool) -> None:
        written = write_down_payment(
            actor=actor_of(request),
            customer=form.cleaned_data["customer"],
            amount=obj.amount,
            now=timezone.now(),
            comment=obj.comment,
        )
        obj.__dict__.update(written.__dict__)

    @display(description=_("payment"), ordering="id")
    def number(self, obj: Payment) -> str:
        return f"#{obj.pk}"

    @display(description=_("amount"), ordering="amount")
    def paid(self, obj: Payment) -> str:
        return money(obj.amount, obj.currency)

    @display(description=_("status"), ordering="status", label=STATE_COLOURS)
    def state(self, obj: Payment) -> tuple[str, Any]:
        colours = {PaymentStatus.PAID: "on", PaymentStatus.FAILED: "off", PaymentStatus.PENDING: "warn"}
        return (colours[PaymentStatus(obj.status)], obj.get_status_display())

    @display(description=_("transaction"))
    def in_ledger(self, obj: Payment) -> SafeString | str:
        if obj.transaction is None:
            return "—"
        return format_html('<a class="console-link" href="{}">{}</a>', record_url(obj.transaction), obj.transaction)

    @action(description=_("The money is there"), permissions=["settle"])
    def confirm(self, request: HttpRequest, queryset: Any) -> None:
        paid = Outcome(PaymentState.PAID)
        waiting = queryset.exclude(status=PaymentStatus.PAID)
        actor = actor_of(request)
        each_told(
            self,
            request,
            waiting,
            lambda each: settle_payment(
                actor=actor, payment=each, outcome=paid, now=timezone.now(), sealing_key=settings.ENCRYPTION_KEY
            ),
        )

    @action(description=_("It will not come"), permissions=["settle"])
    def give_up(self, request: HttpRequest, queryset: Any) -> None:
        waiting = queryset.filter(status=PaymentStatus.PENDING)
        actor = actor_of(request)
        each_told(self, request, waiting, lambda each: fail_payment(actor=actor, payment=each, failure=Failure.UNKNOWN))

    @action(description=_("Give the money back…"), permissions=["settle"])
    def refund(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Give the money back"), RefundForm)
        if not isinstance(form, forms.Form):
            return form
        given, actor = form.cleaned_data, actor_of(request)
        return each_told(
            self,
            request,
            queryset,
            lambda each: refund_payment(
                actor=actor,
                payment=each,
                gateway=open_gateway(each.merchant) if each.merchant and each.reference else None,
                now=timezone.now(),
                amount=given["amount"],
                comment=given["comment"],
            ),
        )


# --- cards -----------------------------------------------------------------------------------------------------------


class SavedCardScreen(BulkActions):
    delete_action = staticmethod(
        lambda actor, obj: forget_card(
            actor=actor, card=obj, gateway=open_gateway(obj.merchant), sealing_key=settings.ENCRYPTION_KEY
        )
    )
    list_display = ("mask", "customer", "merchant", "expires_on", "for_autopayment", "created_at")
    list_filter = (
        ("merchant", RelatedFilter),
        ("customer", SearchFilter),
        ("for_autopayment", BooleanRadioFilter),
        ("expires_on", RangeDateFilter),
    )
    list_select_related = ("customer", "merchant")
    search_fields = (*SEARCHED_CUSTOMER, "mask")
    ordering = ("-id",)
    readonly_fields = ("customer", "merchant", "mask", "expires_on", "for_autopayment", "is_phone_app", "created_at")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("customer", "merchant"),
                    ("mask", "expires_on"),
                    ("for_autopayment", "is_phone_app"),
                    "created_at",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().delete_view(request, *args, **kwargs)
        except HeadendError as error:
            messages.error(request, explain(error))
            return HttpResponseRedirect(request.path)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        each_told(self, request, queryset, lambda card: self.delete_action(actor_of(request), card))


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    Entry: EntryScreen,
    Transaction: TransactionScreen,
    Payment: PaymentScreen,
    SavedCard: SavedCardScreen,
}

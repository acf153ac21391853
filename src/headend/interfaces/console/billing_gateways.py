"""Screens of payment gateways, of what they tell, and of other billing systems."""

from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RangeNumericFilter
from unfold.decorators import action, display
from unfold.widgets import (
    CHECKBOX_CLASSES,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from headend.billing.errors import NoticeRefused
from headend.billing.models import GatewayNotice, Merchant, OtherBilling, Verdict
from headend.billing.ports import Complaint, Hook, News, Option, RawNotice
from headend.interfaces.billing_elsewhere import facts_of, system_of
from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import SecretField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.forms import ConsoleForm, sealed
from headend.interfaces.console.gateway_options import field_of
from headend.interfaces.console.lists import Counted, record_url
from headend.interfaces.console.reach import reachable, staff_of
from headend.interfaces.console.screens import ConsoleAdmin
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.typed_fields import TypedForm
from headend.interfaces.console.words import explain, word_for
from headend.interfaces.payments import gateways, open_gateway
from headend.kernel.errors import HeadendError
from headend.subscribers.models import Account

GATEWAY_NAMES = {
    "manual": _("by hand, confirmed by staff"),
    "signed": _("any that sends signed forms"),
    "stripe": "Stripe",
}
NEWS = {
    News.PAID: _("a payment"),
    News.FAILED: _("a failure"),
    News.REFUNDED: _("a refund"),
    News.NOTHING: _("something else"),
}
COMPLAINTS = {
    Complaint.NOT_EXPECTED: _("this gateway sends no notices"),
    Complaint.UNREADABLE: _("it cannot be read"),
    Complaint.BAD_SIGNATURE: _("the signature is wrong"),
    Complaint.TOO_OLD: _("it was signed too long ago"),
    Complaint.UNKNOWN_PAYMENT: _("there is no such payment"),
    Complaint.WRONG_AMOUNT: _("another amount than the payment's"),
    Complaint.WRONG_CURRENCY: _("another currency than the payment's"),
    Complaint.OVER_REFUNDED: _("more would go back than was paid"),
}
HOOKS = {
    Hook.BALANCE: _("the balance"),
    Hook.PAYMENTS: _("the list of payments"),
    Hook.PRICE: _("what a tariff costs"),
    Hook.ASSIGN: _("subscribing: it sells and charges"),
    Hook.REMOVE: _("leaving a tariff"),
    Hook.AUTHORISE: _("signing in"),
    Hook.CHECK: _("whether an account may be used"),
    Hook.ACTIVATE: _("hears that an account was activated"),
    Hook.DEACTIVATE: _("hears that an account was deactivated"),
    Hook.PROCESS: _("what becomes of each account at night"),
    Hook.PAID: _("hears of payments"),
}


# --- gateways --------------------------------------------------------------------------------------------------------


def _options() -> dict[str, Option]:
    return {option.name: option for factory in gateways().values() for option in factory.options}


class _MerchantForm(TypedForm):
    typed = tuple(_options())
    column = "options"
    kind_field = "gateway"
    new_secret = SecretField(
        label=_("New secret"), help_text=_("The key with the gateway. It is never shown; empty: it stays as it is.")
    )
    new_notice_secret = SecretField(
        label=_("New secret of notices"), help_text=_("Where notices are proved by another one, as at Stripe.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "gateway" in self.fields:
            choices = [(name, GATEWAY_NAMES.get(name, name)) for name in gateways()]
            attrs = self.fields["gateway"].widget.attrs
            self.fields["gateway"] = forms.ChoiceField(
                label=self.fields["gateway"].label, choices=choices, widget=UnfoldAdminSelectWidget(attrs=attrs)
            )

    def fields_by_type(self) -> dict[str, list[str]]:
        return {name: [option.name for option in factory.options] for name, factory in gateways().items()}

    def take_own_fields(self) -> None:
        for name in ("secret", "notice_secret"):
            if self.cleaned_data.get(f"new_{name}"):
                setattr(self.instance, f"sealed_{name}", sealed(self.cleaned_data[f"new_{name}"]))
        factory = gateways().get(self.instance.gateway)
        known = _options()
        kept = {name: text for name, text in (self.instance.options or {}).items() if name not in known}
        own = {option.name: self.cleaned_data.get(option.name) for option in (factory.options if factory else ())}
        self.instance.options = kept | {
            name: text for name, text in own.items() if text and text != known[name].default
        }


MerchantForm: type[ConsoleForm] = type(
    "MerchantForm", (_MerchantForm,), {name: field_of(option) for name, option in _options().items()}
)


class SampleForm(forms.Form):
    text = forms.CharField(
        label=_("What the gateway sent"),
        max_length=20_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=_("The fields as name=value&name=value, or the body as it came."),
    )
    signature = forms.CharField(
        label=_("Header of the signature"), max_length=2000, required=False, widget=UnfoldAdminTextInputWidget
    )


class MerchantScreen(Switchable):
    form = MerchantForm
    list_display = ("name", "kind", "code", "is_default", "payment_total", "card_total", "notice_total", "state")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "gateway", "code")
    actions = ("switch_on", "switch_off", "ask_it", "try_notice")
    counts = {
        "payment_total": Counted(_("payments"), "payments", "billing.payment", "merchant__id__exact"),
        "card_total": Counted(_("saved cards"), "cards", "billing.savedcard", "merchant__id__exact"),
        "notice_total": Counted(_("notices"), "notices", "billing.gatewaynotice", "merchant__id__exact"),
    }
    readonly_fields = ("notice_address",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "code"),
                    ("is_enabled", "is_default"),
                    ("new_secret", "new_notice_secret"),
                    "notice_address",
                    "gateway",
                    *_MerchantForm.typed,
                )
            },
        ),
    )

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        return hidden if self.has_change_permission(request, obj) else hidden | set(_MerchantForm.typed)

    @display(description=_("gateway"), ordering="gateway")
    def kind(self, obj: Merchant) -> Any:
        return GATEWAY_NAMES.get(obj.gateway, obj.gateway)

    @display(description=_("address for notices"))
    def notice_address(self, obj: Merchant) -> str:
        if obj.pk is None:
            return "—"
        return f"{settings.HEADEND.base_url}/billing/payment/{obj.code}/{obj.pk}/validate_notify/"

    @action(description=_("Ask whether it answers"), permissions=["change"])
    def ask_it(self, request: HttpRequest, queryset: Any) -> None:
        for merchant in queryset.filter(pk__in=reachable(Merchant, staff_of(request)).values("pk")):
            try:
                open_gateway(merchant).check()
            except HeadendError as error:
                messages.error(request, f"{merchant}: {explain(error)}")
            else:
                messages.success(request, _("%(gateway)s: it answers, and is set up.") % {"gateway": merchant})

    @action(description=_("Try a notice…"), permissions=["change"])
    def try_notice(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Try a notice: nothing is written down"), SampleForm)
        if not isinstance(form, forms.Form):
            return form
        for merchant in queryset.filter(pk__in=reachable(Merchant, staff_of(request)).values("pk")):
            self._try(request, merchant, form.cleaned_data["text"], form.cleaned_data["signature"])
        return None

    def _try(self, request: HttpRequest, merchant: Merchant, text: str, signature: str) -> None:
        options = merchant.options if isinstance(merchant.options, dict) else {}
        headers = {str(options.get("signature_header", "")).lower(): signature, "stripe-signature": signature}
        fields = dict(parse_qsl(text.strip(), keep_blank_values=True))
        raw = RawNotice(fields, headers, text.encode(), int(timezone.now().timestamp()))
        try:
            notice = open_gateway(merchant).read_notice(raw)
        except NoticeRefused as refused:
            reason = word_for(COMPLAINTS, refused.complaint)
            messages.error(request, _("%(gateway)s: %(reason)s.") % {"gateway": merchant, "reason": reason})
        except HeadendError as error:
            messages.error(request, f"{merchant}: {explain(error)}")
        else:
            told = {"gateway": merchant, "news": NEWS[notice.news], "key": notice.key or "—"}
            words = _("%(gateway)s: the signature is right. It tells of %(news)s, %(key)s.") % told
            messages.success(request, f"{words} {notice.amount or ''} {notice.currency}".strip())


class NoticeSheet(Sheet):
    model = GatewayNotice
    columns = (
        "at", "last_at", "times", "merchant", "payment", "news", "number", "amount", "currency", "verdict",
        "complaint", "address",
    )  # fmt: skip


class GatewayNoticeScreen(ExchangeAdmin):
    sheet = NoticeSheet
    may_import = False
    is_read_only = True
    list_display = ("at", "merchant", "about", "tells", "sum", "became", "why", "times", "address")
    list_filter = (
        ("verdict", ChoicesDropdownFilter),
        ("merchant", RelatedFilter),
        ("amount", RangeNumericFilter),
        ("at", MomentFilter),
    )
    list_select_related = ("merchant", "payment")
    search_fields = ("=payment__id", "number", "complaint", "=address")
    search_help_text = _("Number of the payment, number at the gateway, reason or address")
    ordering = ("-id",)
    readonly_fields = ("about", "tells", "sum", "became", "why", "said")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("merchant", "about"),
                    ("tells", "sum"),
                    ("became", "why"),
                    ("number", "address"),
                    ("at", "last_at", "times"),
                    "said",
                )
            },
        ),
    )

    @display(description=_("payment"))
    def about(self, obj: GatewayNotice) -> SafeString | str:
        if obj.payment is None:
            return "—"
        return format_html('<a class="console-link" href="{}">{}</a>', record_url(obj.payment), obj.payment)

    @display(description=_("tells of"), ordering="news")
    def tells(self, obj: GatewayNotice) -> str:
        return word_for(NEWS, obj.news) or "—"

    @display(description=_("amount"), ordering="amount")
    def sum(self, obj: GatewayNotice) -> str:
        return "—" if obj.amount is None else f"{obj.amount} {obj.currency}"

    @display(description=_("what became of it"), ordering="verdict", label=STATE_COLOURS)
    def became(self, obj: GatewayNotice) -> tuple[str, Any]:
        colours = {Verdict.DONE: "on", Verdict.REFUSED: "off", Verdict.WAITS: "warn"}
        return (colours.get(Verdict(obj.verdict), "away"), obj.get_verdict_display())

    @display(description=_("why it was refused"), ordering="complaint")
    def why(self, obj: GatewayNotice) -> str:
        return word_for(COMPLAINTS, obj.complaint) or "—"

    @display(description=_("what it said"))
    def said(self, obj: GatewayNotice) -> SafeString:
        return format_html_join(SafeString("<br>"), "{}: {}", obj.fields.items())


# --- other billing systems -------------------------------------------------------------------------------------------


class OtherBillingForm(ConsoleForm):
    new_secret = SecretField(label=_("New secret"), help_text=_("It signs questions, and is never shown again."))

    def take_own_fields(self) -> None:
        if self.cleaned_data.get("new_secret"):
            self.instance.sealed_secret = sealed(self.cleaned_data["new_secret"])


def _ticks(**options: Any) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple(attrs={"class": " ".join(CHECKBOX_CLASSES)})
    widget.template_name = "console/widgets/ticks.html"
    return forms.MultipleChoiceField(
        choices=[(hook.value, words) for hook, words in HOOKS.items()], widget=widget, **options
    )


class AskedAccount(forms.Form):
    number = forms.IntegerField(
        label=_("Account"), min_value=0, max_value=2**63 - 1, widget=UnfoldAdminIntegerFieldWidget
    )


class OtherBillingScreen(Switchable):
    form = OtherBillingForm
    list_display = ("name", "number", "url", "is_default", "when_silent", "state")
    list_filter = (("is_enabled", BooleanRadioFilter), ("is_default", BooleanRadioFilter))
    search_fields = ("name", "url")
    actions = ("switch_on", "switch_off", "try_out")
    field_types = {"hooks": _ticks}
    fieldsets = (
        (
            None,
            {
                "description": _(
                    "Decides about what is ticked. Where it charges for tariffs, switch the billing run off in the "
                    "billing terms, or name its number at the customers it charges."
                ),
                "fields": (
                    "operator",
                    "name",
                    ("is_enabled", "is_default"),
                    ("url", "new_secret"),
                    ("seconds", "kept_seconds"),
                    "when_silent",
                    "hooks",
                ),
            },
        ),
    )

    @display(description=_("number"), ordering="id")
    def number(self, obj: OtherBilling) -> str:
        return str(obj.pk)

    @action(description=_("Ask it about an account…"), permissions=["change"])
    def try_out(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Ask it about an account"), AskedAccount)
        if not isinstance(form, forms.Form):
            return form
        for record in queryset.filter(pk__in=reachable(OtherBilling, staff_of(request)).values("pk")):
            accounts = Account.objects.of(record.operator_id).filter(number=form.cleaned_data["number"])
            account = accounts.select_related("customer", "operator").first()
            if account is None:
                messages.error(request, _("There is no such account."))
            else:
                self._try(request, record, account)
        return None

    def _try(self, request: HttpRequest, record: OtherBilling, account: Account) -> None:
        for hook in (Hook.BALANCE, Hook.CHECK):
            if hook not in record.hooks:
                continue
            try:
                told = system_of(record).ask(hook, facts_of(account))
            except HeadendError as error:
                messages.error(request, f"{record}, {HOOKS[hook]}: {explain(error)}")
            else:
                messages.success(request, f"{record}, {HOOKS[hook]}: {dict(told) or _('yes')}"[:500])


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    Merchant: MerchantScreen,
    GatewayNotice: GatewayNoticeScreen,
    OtherBilling: OtherBillingScreen,
}

"""Screens of customers, accounts and subscriptions."""

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from headend.billing.actions import promise_payment
from headend.catalog.models import Tariff
from headend.interfaces.console.account_sheet import AccountSheet
from headend.interfaces.console.agreements import Agreements
from headend.interfaces.console.billing import balance_cell
from headend.interfaces.console.bulk import STATE_COLOURS, Switchable
from headend.interfaces.console.customer_card import card_page, card_url
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import ObjectField, PartsField, SecretField, TicksField
from headend.interfaces.console.filters import MomentFilter, RelatedFilter, SearchFilter
from headend.interfaces.console.forms import ConsoleForm, sealed
from headend.interfaces.console.invoicing import Documents
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.made_passwords import PasswordFields, ShowsMadePasswords
from headend.interfaces.console.money import amount_field
from headend.interfaces.console.reach import staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.words import explain
from headend.kernel.errors import HeadendError
from headend.operators.actions import add_many
from headend.operators.rules import Role
from headend.subscribers.actions import close_sessions, delete_account, delete_customer, number_contract
from headend.subscribers.models import (
    Account,
    Customer,
    DeviceGroup,
    Session,
    StatusReason,
    TariffSubscription,
)
from headend.subscribers.queries import documents_of, online_since

NOT_ARCHIVED = models.Q(is_archived=False)
ADDRESS_PARTS = {
    "street": _("street"),
    "bld": _("building"),
    "apt": _("flat"),
    "zip": _("postal code"),
    "city": _("city"),
    "country": _("country"),
}
DOCUMENT_PARTS = {
    "series": _("passport series"),
    "number": _("passport number"),
    "issue_date": _("issued on"),
    "issued_by": _("issued by"),
    "bank_iban": _("IBAN"),
    "bank_bic": _("BIC"),
    "bank_number": _("bank account"),
    "bank_blz": _("bank code"),
    "bank_name": _("bank"),
    "bank_owner": _("owner of the bank account"),
}


# --- customers -------------------------------------------------------------------------------------------------------


class CustomerForm(ConsoleForm):
    documents = PartsField(
        parts=DOCUMENT_PARTS,
        label=_("Identity papers and bank account"),
        required=False,
        help_text=_("Kept encrypted."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "documents" in self.fields:
            self.fields["documents"].initial = documents_of(self.instance, settings.ENCRYPTION_KEY)

    def take_own_fields(self) -> None:
        given = self.cleaned_data.get("documents")
        if given is not None and given != documents_of(self.instance, settings.ENCRYPTION_KEY):
            self.instance.sealed_documents = sealed(json.dumps(given)) if given else ""


class CustomerSheet(Sheet):
    model = Customer
    columns = (
        "external_id",
        "first_name",
        "middle_name",
        "last_name",
        "company_name",
        "dealer",
        "birth_date",
        "gender",
        "mobile_phone",
        "phone_1",
        "phone_2",
        "fax",
        "email",
        "postal_address",
        "billing_address",
        "contract_number",
        "currency",
        "is_trial",
        "billing_handler",
        "sends_sms",
        "sends_email",
        "comment",
        "meta",
    )
    keys = (("external_id",), ("contract_number",))

    def new(self, operator: Any) -> Any:
        return _brought_by_dealer(super().new(operator), self.staff)


def _brought_by_dealer(customer: Any, staff: Any) -> Any:
    if staff.role == Role.DEALER and not staff.is_superuser:
        customer.dealer_id = staff.dealer_id
    return customer


class TariffChoice(forms.Form):
    tariff = forms.ModelChoiceField(
        Tariff.objects.none(),
        label=_("Tariff"),
        widget=UnfoldAdminSelectWidget,
        error_messages={"invalid_choice": _("There is no such tariff, or it is archived.")},
    )


class PromiseChoice(forms.Form):
    amount = amount_field()


class CustomerScreen(Documents, ExchangeAdmin):
    sheet = CustomerSheet
    form = CustomerForm
    delete_action = staticmethod(lambda actor, obj: delete_customer(actor=actor, customer=obj))
    list_display = ("household", "contract_number", "mobile_phone", "email", "dealer", "account_total", "tariff_total")
    list_display_links = None
    list_filter = (
        ("dealer", RelatedFilter),
        ("is_trial", BooleanRadioFilter),
        ("created_at", MomentFilter),
    )
    list_select_related = ("dealer",)
    search_fields = (
        "first_name",
        "last_name",
        "company_name",
        "email",
        "mobile_phone",
        "contract_number",
        "external_id",
        "accounts__number__exact",
    )
    search_help_text = _("Name, firm, phone, email, contract, external id or account number")
    ordering = ("-id",)
    autocomplete_fields = ("dealer",)
    counts = {
        "account_total": Counted(_("accounts"), "accounts", "subscribers.account", "customer__id__exact"),
        "tariff_total": Counted(
            _("subscriptions"), "subscriptions", "subscribers.tariffsubscription", "customer__id__exact"
        ),
    }
    actions = ("give_tariff", "invoice")
    actions_detail = ("card", "statement", "contract")
    readonly_fields = ("created_at", "balance")
    field_types = {
        "postal_address": lambda **o: PartsField(parts=ADDRESS_PARTS, **o),
        "billing_address": lambda **o: PartsField(parts=ADDRESS_PARTS, **o),
        "meta": ObjectField,
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("first_name", "last_name"),
                    ("middle_name", "company_name"),
                    ("mobile_phone", "email"),
                    ("phone_1", "phone_2"),
                    ("contract_number", "external_id"),
                    "dealer",
                    "balance",
                    ("is_trial", "created_at"),
                    "billing_handler",
                    ("sends_sms", "sends_email"),
                    "comment",
                )
            },
        ),
        (
            _("Person"),
            {"classes": ["tab"], "fields": (("birth_date", "gender"), "fax", "documents")},
        ),
        (_("Addresses"), {"classes": ["tab"], "fields": ("postal_address", "billing_address")}),
        (_("More"), {"classes": ["tab"], "fields": ("currency", "meta")}),
    )

    @display(description=_("customer"), ordering="last_name")
    def household(self, obj: Customer) -> SafeString:
        return format_html('<a class="console-link" href="{}">{}</a>', card_url(obj), obj)

    @action(description=_("Everything on one page"), permissions=["view"], icon="home", url_path="card")
    def card(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page that shows all of a household."""
        customer = self.get_object(request, object_id)
        if customer is None or not self.has_view_permission(request, customer):
            raise PermissionDenied
        return card_page({**self.admin_site.each_context(request), "opts": self.opts}, request, customer)

    @display(description=_("balance"))
    def balance(self, obj: Customer) -> SafeString:
        # As it is, and not as a form that was refused has it: that may name another currency.
        return balance_cell(Customer.objects.select_related("operator").get(pk=obj.pk))

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        is_reader = not self.has_change_permission(request, obj)
        hidden |= {"documents"} if is_reader else set()
        hidden |= set() if obj and request.user.has_perm("billing.view_entry") else {"balance"}
        return hidden | {"dealer"} if staff_of(request).role == Role.DEALER else hidden

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        if not change:
            _brought_by_dealer(obj, staff_of(request))
            number_contract(obj, timezone.now())
        super().save_model(request, obj, form, change)

    def limit_choices(self, request: HttpRequest, form: forms.Form) -> None:
        super().limit_choices(request, form)
        if "tariff" in form.fields:
            tariffs: Any = form.fields["tariff"]
            tariffs.queryset = tariffs.queryset.filter(NOT_ARCHIVED)

    @action(description=_("Give a tariff…"), permissions=["change"])
    def give_tariff(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Give a tariff"), TariffChoice)
        if not isinstance(form, forms.Form):
            return form
        tariff, now = form.cleaned_data["tariff"], timezone.now()
        holders = TariffSubscription.objects.filter(models.Q(ends_at=None) | models.Q(ends_at__gt=now), tariff=tariff)
        chosen = queryset.filter(operator=tariff.operator_id).exclude(pk__in=holders.values("customer"))
        given = [
            TariffSubscription(operator_id=each.operator_id, customer=each, tariff=tariff, starts_at=now)
            for each in chosen
        ]
        add_many(actor=actor_of(request), objects=given)
        return self.tell(request, len(given))

    @action(description=_("Take a promise to pay…"), permissions=["promise"])
    def take_promise(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Take a promise to pay"), PromiseChoice)
        if not isinstance(form, forms.Form):
            return form
        taken = 0
        for customer in queryset.select_related("operator"):
            try:
                given = {"customer": customer, "amount": form.cleaned_data["amount"], "now": timezone.now()}
                promise_payment(actor=actor_of(request), **given)
                taken += 1
            except HeadendError as error:
                self.message_user(request, f"{customer}: {explain(error)}", "error")
        return self.tell(request, taken)

    def has_promise_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.add_payment"))


# --- accounts --------------------------------------------------------------------------------------------------------


class AccountForm(PasswordFields, ConsoleForm):
    new_password = SecretField(label=_("New password"), max_length=200, help_text=_("Empty: it stays as it is."))
    parent_code = SecretField(
        label=_("New parental code"), max_length=16, help_text=_("Up to 16 characters. Empty: it stays as it is.")
    )
    drop_parent_code = forms.BooleanField(
        label=_("Take the parental code away"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status_reason" in self.fields:
            # Billing systems write words of their own; what is there stays a choice.
            known = dict(StatusReason.choices)
            known.setdefault(self.instance.status_reason, self.instance.status_reason)
            label = self.fields["status_reason"].label
            choices = list(known.items())
            self.fields["status_reason"] = forms.ChoiceField(
                label=label, choices=choices, widget=UnfoldAdminSelectWidget
            )

    def take_own_fields(self) -> None:
        self.take_password(self.instance)
        if self.cleaned_data.get("drop_parent_code"):
            self.instance.sealed_parent_code = ""
        elif self.cleaned_data.get("parent_code"):
            self.instance.sealed_parent_code = sealed(self.cleaned_data["parent_code"])


class OnlineFilter(DropdownFilter):
    title = _("online")
    parameter_name = "online"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("now")), ("day", _("in the last day")), ("month", _("not for 30 days"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "now":
            return queryset.filter(last_seen_at__gt=online_since(now))
        if self.value() == "day":
            return queryset.filter(last_seen_at__gt=now - timedelta(days=1))
        if self.value() == "month":
            return queryset.exclude(last_seen_at__gt=now - timedelta(days=30))
        return queryset


class AccountScreen(Switchable, ShowsMadePasswords):
    sheet = AccountSheet
    form = AccountForm
    switch_field = "is_active"
    delete_action = staticmethod(lambda actor, obj: delete_account(actor=actor, account=obj))
    list_display = (
        "number",
        "customer",
        "state",
        "deactivates_on",
        "device_total",
        "session_total",
        "watched_total",
        "last_seen_at",
        "last_address",
    )
    list_filter = (
        ("is_active", BooleanRadioFilter),
        OnlineFilter,
        ("customer", SearchFilter),
        ("data_centre", RelatedFilter),
        ("deactivates_on", RangeDateFilter),
        ("created_at", MomentFilter),
    )
    list_select_related = ("customer",)
    search_fields = (
        "^number",
        "external_id",
        "customer__first_name",
        "customer__last_name",
        "customer__company_name",
        "customer__mobile_phone",
        "customer__contract_number",
        "last_address",
    )
    search_help_text = _("Number, customer, phone, contract, external id or address")
    ordering = ("operator_id", "number")
    autocomplete_fields = ("customer", "data_centre")
    counts = {
        "device_total": Counted(_("devices"), "devices", "subscribers.device", "account__id__exact"),
        "session_total": Counted(_("sessions"), "sessions", "subscribers.session", "account__id__exact"),
        "watched_total": Counted(_("titles"), "titles", "viewing.accounttitle", "account__id__exact"),
    }
    actions = ("switch_on", "switch_off", "close")
    readonly_fields = ("created_at", "registered_from", "last_seen_at", "last_address", "secrets")
    field_types = {
        "allowed_device_groups": lambda **o: TicksField(choices=DeviceGroup.choices, **o),
        "settings": ObjectField,
        "meta": ObjectField,
    }
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("customer", "number"),
                    ("is_active", "status_reason"),
                    ("new_password", "make_password"),
                    "secrets",
                    ("activates_on", "deactivates_on"),
                    ("extends_on", "auto_activation_days"),
                    ("last_seen_at", "last_address"),
                    ("created_at", "registered_from"),
                )
            },
        ),
        (
            _("Signing in"),
            {
                "classes": ["tab"],
                "fields": (
                    ("allow_multiple_login", "allow_login_by_number"),
                    ("allow_login_by_device", "allow_login_by_address"),
                    "subnets",
                    "allowed_device_groups",
                ),
            },
        ),
        (
            _("Watching"),
            {
                "classes": ["tab"],
                "fields": (
                    ("parent_code", "drop_parent_code"),
                    ("use_timeshift", "timeshift_minutes"),
                    "data_centre",
                    ("country", "city"),
                ),
            },
        ),
        (
            _("More"),
            {
                "classes": ["tab"],
                "fields": (
                    ("external_id", "template"),
                    ("option1", "option2"),
                    "option3",
                    "needs_settings_reset",
                    "settings",
                    "meta",
                ),
            },
        ),
    )

    @display(description=_("state"), label=STATE_COLOURS, ordering="is_active")
    def state(self, obj: Account) -> tuple[str, Any]:
        if not obj.is_active:
            labels = dict(StatusReason.choices)
            reason = obj.status_reason if obj.status_reason != StatusReason.ACTIVE else StatusReason.INACTIVE
            return ("off", labels.get(reason, reason))
        today = timezone.localdate()
        if obj.deactivates_on and obj.deactivates_on < today:
            return ("warn", _("expired"))
        return ("on", _("active"))

    @display(description=_("secrets"))
    def secrets(self, obj: Account) -> str:
        password = _("has a password") if obj.password else _("has no password")
        code = _("has a parental code") if obj.sealed_parent_code else _("has no parental code")
        return f"{password}, {code}"

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        return hidden | {"data_centre"} if staff_of(request).role == Role.DEALER else hidden

    @action(description=_("Close their sessions"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: Any) -> None:
        sessions = Session.objects.filter(account__in=queryset.values("pk"))
        self.tell(request, close_sessions(actor=actor_of(request), sessions=sessions))


class TariffSubscriptionSheet(Sheet):
    model = TariffSubscription
    columns = ("customer", "account", "tariff", "starts_at", "ends_at")


class CurrentFilter(DropdownFilter):
    title = _("state")
    parameter_name = "current"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("now")), ("later", _("later")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "over":
            return queryset.filter(ends_at__lte=now)
        if self.value() == "later":
            return queryset.filter(starts_at__gt=now)
        running = queryset.filter(starts_at__lte=now).exclude(ends_at__lte=now)
        return running if self.value() == "now" else queryset


class TariffSubscriptionScreen(Agreements, ExchangeAdmin):
    sheet = TariffSubscriptionSheet
    list_display = ("tariff", "customer", "account", "starts_at", "ends_at", "agreed", "state")
    list_filter = (
        ("tariff", RelatedFilter),
        CurrentFilter,
        ("customer", SearchFilter),
        ("ends_at", MomentFilter),
    )
    list_select_related = ("tariff", "customer", "account", "renewal__successor")
    search_fields = ("customer__last_name", "customer__first_name", "customer__company_name", "account__number__exact")
    search_help_text = _("Customer or account number")
    ordering = ("-id",)
    autocomplete_fields = ("customer", "account", "tariff")
    offered = {"tariff": NOT_ARCHIVED}
    actions = ("end_now", "agree_price", "agree_successor")
    fieldsets = ((None, {"fields": ("operator", "customer", "account", "tariff", "starts_at", "ends_at")}),)

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: TariffSubscription) -> tuple[str, Any]:
        now = timezone.now()
        if obj.ends_at and obj.ends_at <= now:
            return ("off", _("over"))
        return ("info", _("later")) if obj.starts_at > now else ("on", _("now"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "starts_at": timezone.now().replace(second=0, microsecond=0),
            **super().get_changeform_initial_data(request),
        }

    @action(description=_("End now"), permissions=["change"])
    def end_now(self, request: HttpRequest, queryset: Any) -> None:
        now = timezone.now()
        self.change_all(request, queryset.exclude(ends_at__lte=now).filter(starts_at__lt=now), {"ends_at": now})


SCREENS: dict[type[models.Model], type[ConsoleAdmin]] = {
    Customer: CustomerScreen,
    Account: AccountScreen,
    TariffSubscription: TariffSubscriptionScreen,
}

"""Screens of invoices, of who sells, and of document templates; documents of a household."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RangeNumericFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from headend.billing.queries import today_of
from headend.billing.rules import months_after
from headend.interfaces.console.billing import SEARCHED_CUSTOMER, each_told
from headend.interfaces.console.bulk import BulkActions
from headend.interfaces.console.days import DaysForm
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import SearchFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.lists import record_url
from headend.interfaces.console.money import money
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.words import explain
from headend.interfaces.documents import contract_pdf, invoice_pdf, own_template, sample_pdf, statement_pdf
from headend.invoicing.actions import credit_invoice, issue_invoice
from headend.invoicing.models import DocumentKind, DocumentTemplate, Invoice, Seller
from headend.kernel.errors import HeadendError
from headend.operators.queries import Days
from headend.subscribers.models import Customer

MOST_IN_A_FILE = 200


def pdf_answer(request: HttpRequest, name: str, make: Callable[[], bytes], otherwise: str) -> HttpResponse:
    """A PDF as a file, or back with the reason why there is none."""
    try:
        pdf = make()
    except HeadendError as error:
        messages.error(request, explain(error))
        return HttpResponseRedirect(otherwise)
    return _file(pdf, f"{name}.pdf", "application/pdf")


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    safe = "".join(each if each.isalnum() or each in "-_." else "-" for each in name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'inline; filename="{safe}"'})


# --- invoices --------------------------------------------------------------------------------------------------------


class InvoiceSheet(Sheet):
    model = Invoice
    columns = (
        "number",
        "customer",
        "issued_on",
        "first_day",
        "last_day",
        "net",
        "tax",
        "total",
        "currency",
        "corrects",
    )


class InvoiceScreen(BulkActions, ExchangeAdmin):
    """Nothing of an invoice is changed by hand: it is issued, looked at and taken back."""

    sheet = InvoiceSheet
    may_import = False
    is_read_only = True
    list_display = ("number", "issued_on", "customer", "period", "sum", "taken_back", "papers")
    list_filter = (
        ("customer", SearchFilter),
        ("issued_on", RangeDateFilter),
        ("total", RangeNumericFilter),
    )
    list_select_related = ("customer", "corrects", "credit_note")
    search_fields = ("number", *SEARCHED_CUSTOMER)
    search_help_text = _("Number, customer or contract")
    ordering = ("-id",)
    actions = ("download", "take_back")
    actions_detail = ("pdf",)
    readonly_fields = ("period", "sum", "taken_back", "lines")
    fieldsets = (
        (
            None,
            {"fields": ("operator", ("number", "issued_on"), ("customer", "period"), ("sum", "taken_back"), "lines")},
        ),
    )

    @display(description=_("period"))
    def period(self, obj: Invoice) -> str:
        return f"{obj.first_day} – {obj.last_day}"

    @display(description=_("total"), ordering="total")
    def sum(self, obj: Invoice) -> str:
        return money(obj.total, obj.currency)

    @display(description=_("taken back"))
    def taken_back(self, obj: Invoice) -> SafeString | str:
        other = obj.corrects or getattr(obj, "credit_note", None)
        if other is None:
            return "—"
        words = _("takes back %s") if obj.corrects else _("by %s")
        link = format_html('<a class="console-link" href="{}">{}</a>', record_url(other), other)
        return format_html(str(words).replace("%s", "{}"), link)

    @display(description=_("document"))
    def papers(self, obj: Invoice) -> SafeString:
        return format_html('<a class="console-link" href="{}pdf/">PDF</a>', record_url(obj).removesuffix("change/"))

    @display(description=_("items"))
    def lines(self, obj: Invoice) -> SafeString:
        rows = ((item.day, item.description, money(item.net + item.tax, obj.currency)) for item in obj.items.all())
        return format_html_join(SafeString("<br>"), "{} · {} · {}", rows)

    @action(description=_("PDF"), permissions=["view"], icon="picture_as_pdf", url_path="pdf")
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The invoice's document."""
        invoice = self.get_object(request, object_id)
        if invoice is None or not self.has_view_permission(request, invoice):
            raise PermissionDenied
        return pdf_answer(request, invoice.number, lambda: invoice_pdf(invoice), record_url(invoice))

    @action(description=_("Download the documents"), permissions=["view"])
    def download(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """The chosen invoices' documents in one ZIP file."""
        chosen = list(queryset.select_related("operator")[: MOST_IN_A_FILE + 1])
        if len(chosen) > MOST_IN_A_FILE:
            messages.error(request, _("No more than %(number)d documents at once.") % {"number": MOST_IN_A_FILE})
            return None
        try:
            return _file(_zipped(chosen), "invoices.zip", "application/zip")
        except HeadendError as error:
            messages.error(request, explain(error))
            return None

    def has_take_back_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invoicing.add_invoice")

    @action(description=_("Take back by a credit note"), permissions=["take_back"])
    def take_back(self, request: HttpRequest, queryset: Any) -> None:
        actor, now = actor_of(request), timezone.now()
        each_told(
            self,
            request,
            queryset.select_related("operator"),
            lambda each: credit_invoice(actor=actor, invoice=each, issued_on=today_of(each.operator, now)),
        )


def _zipped(invoices: list[Invoice]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for invoice in invoices:
            archive.writestr(f"{invoice.number.replace('/', '-')}.pdf", invoice_pdf(invoice))
    return buffer.getvalue()


# --- what customers' screens offer -----------------------------------------------------------------------------------


class LastMonthForm(DaysForm):
    """A period; the month before this one unless something else is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this_month = timezone.localdate().replace(day=1)
        self.initial.setdefault("first", months_after(this_month, -1))
        self.initial.setdefault("last", this_month - timedelta(days=1))


class Documents(BulkActions):
    """What the screen of customers offers: invoices for those chosen, a contract and a statement of one."""

    @action(description=_("Issue invoices…"), permissions=["invoice"])
    def invoice(self, request: HttpRequest, queryset: Any) -> Any:
        form = self.ask(request, queryset, _("Issue invoices"), LastMonthForm)
        if not isinstance(form, forms.Form):
            return form
        actor, now, days = actor_of(request), timezone.now(), form.cleaned_data
        return each_told(
            self,
            request,
            queryset.select_related("operator"),
            lambda each: issue_invoice(
                actor=actor,
                customer=each,
                days=Days(each.operator, days["first"], days["last"]),
                issued_on=today_of(each.operator, now),
            ),
        )

    def has_invoice_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invoicing.add_invoice")

    def has_document_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("invoicing.view_invoice")

    @action(description=_("Contract (PDF)"), permissions=["document"], icon="contract", url_path="contract")
    def contract(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A contract over what the customer holds today."""
        customer, today = self._customer(request, object_id)
        return pdf_answer(
            request, f"contract-{customer.pk}", lambda: contract_pdf(customer, today), record_url(customer)
        )

    @action(description=_("Statement (PDF)"), permissions=["document"], icon="receipt_long", url_path="statement")
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The customer's statement of account over the last three months."""
        customer, today = self._customer(request, object_id)
        days = Days(customer.operator, months_after(today, -3), today)
        return pdf_answer(
            request, f"statement-{customer.pk}", lambda: statement_pdf(customer, days), record_url(customer)
        )

    def _customer(self, request: HttpRequest, object_id: str) -> tuple[Customer, date]:
        customer: Customer | None = self.get_object(request, object_id)
        if customer is None or not self.has_view_permission(request, customer):
            raise PermissionDenied
        return customer, today_of(customer.operator, timezone.now())


# --- who sells, and templates ----------------------------------------------------------------------------------------


class SellerScreen(ConsoleAdmin):
    list_display = ("name", "tax_number", "issues_monthly")
    search_fields = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("name", "contact"),
                    "address",
                    ("tax_number", "registration"),
                    "bank",
                    "footer",
                    "issues_monthly",
                )
            },
        ),
    )


class TemplateForm(ConsoleForm):
    """A template is tried before it is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            self.fields["source"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 30, "class": "console-code"})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        operator = cleaned.get("operator") or getattr(self.instance, "operator", None)
        if operator and cleaned.get("kind") and cleaned.get("source"):
            try:
                sample_pdf(operator, cleaned["kind"], cleaned["source"], timezone.localdate())
            except HeadendError as error:
                self.add_error("source", explain(error))
        return cleaned


class DocumentTemplateScreen(ConsoleAdmin):
    form = TemplateForm
    list_display = ("name", "kind", "language")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("name",)
    actions_detail = ("sample",)
    fieldsets = ((None, {"fields": ("operator", ("name", "kind"), "language", "source")}),)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        kind = given.get("kind") if given.get("kind") in DocumentKind.values else DocumentKind.INVOICE
        return {"kind": kind, "source": own_template(str(kind)), **given}

    @action(description=_("A sample (PDF)"), permissions=["view"], icon="picture_as_pdf", url_path="sample")
    def sample(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A document of made-up figures."""
        template = self.get_object(request, object_id)
        if template is None or not self.has_view_permission(request, template):
            raise PermissionDenied
        today = timezone.localdate()
        return pdf_answer(
            request,
            "sample",
            lambda: sample_pdf(template.operator, template.kind, template.source, today),
            record_url(template),
        )


SCREENS = {Invoice: InvoiceScreen, Seller: SellerScreen, DocumentTemplate: DocumentTemplateScreen}

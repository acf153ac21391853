"""Documents for customers: what a template shows, in the language of the document, and the PDF made of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from headend.billing.queries import currency_of
from headend.catalog.models import Tariff
from headend.invoicing.actions import keep_document
from headend.invoicing.models import DocumentKind, Invoice, InvoiceDocument
from headend.invoicing.ports import DocumentRenderer
from headend.invoicing.queries import buyer_of, seller_of, statement_of, template_for
from headend.operators.models import Operator
from headend.operators.queries import Days
from headend.subscribers.models import Customer, TariffSubscription


def typesetter() -> DocumentRenderer:
    """The typesetter that the service was built with."""
    found: DocumentRenderer = import_string(settings.DOCUMENT_RENDERER)
    return found


class Words:
    """How amounts and days are written in a language."""

    def __init__(self, language: str) -> None:
        try:
            self._locale = Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            self._locale = Locale("en")

    def money(self, amount: Decimal, currency: str) -> str:
        return str(format_currency(amount, currency, locale=self._locale))

    def number(self, number: Decimal) -> str:
        return str(format_decimal(number, locale=self._locale))

    def day(self, day: date) -> str:
        return str(format_date(day, "medium", locale=self._locale))

    def period(self, first: date, last: date) -> str:
        return f"{self.day(first)} – {self.day(last)}"


# --- invoices --------------------------------------------------------------------------------------------------------


def invoice_pdf(invoice: Invoice) -> bytes:
    """An invoice's document; made once, and then always the same. Raises BadTemplate and RendererFailed."""
    kept = InvoiceDocument.objects.filter(invoice=invoice).first()
    if kept is not None:
        return bytes(kept.pdf)
    pdf = _made(invoice.operator, DocumentKind.INVOICE, invoice.language, invoice_data(invoice))
    return keep_document(invoice=invoice, pdf=pdf)


def invoice_data(invoice: Invoice) -> dict[str, Any]:
    """What a template of invoices and credit notes finds."""
    words = Words(invoice.language)
    money = partial(words.money, currency=invoice.currency)
    with translation.override(invoice.language):
        return {
            "language": invoice.language,
            "title": _("Credit note") if invoice.corrects_id else _("Invoice"),
            "number": invoice.number,
            "seller": invoice.seller,
            "buyer": invoice.buyer,
            "words": {"buyer": _("Billed to"), "bank": _("Bank details")},
            "facts": list(_facts(invoice, words)),
            "headings": [_("Day"), _("What"), _("Net"), _("Tax, %"), _("Amount")],
            "lines": [
                [words.day(i.day), i.description, money(i.net), words.number(i.tax_rate), money(i.net + i.tax)]
                for i in invoice.items.order_by("day", "pk")
            ],
            "sums": [[_("Net"), money(invoice.net)], [_("Tax"), money(invoice.tax)]],
            "total": [_("Total"), money(invoice.total)],
            "notes": [_("Paid from the balance of the customer.")],
        }


def _facts(invoice: Invoice, words: Words) -> Iterable[tuple[str, str]]:
    yield _("Issued on"), words.day(invoice.issued_on)
    yield _("Period"), words.period(invoice.first_day, invoice.last_day)
    if invoice.corrects:
        yield _("Takes back"), invoice.corrects.number
    if invoice.buyer.get("contract_number"):
        yield _("Contract"), invoice.buyer["contract_number"]
    yield _("Customer"), invoice.buyer.get("number", "")
    if invoice.seller.get("tax_number"):
        yield _("Our tax number"), invoice.seller["tax_number"]


# --- statements and contracts ----------------------------------------------------------------------------------------


def statement_pdf(customer: Customer, days: Days) -> bytes:
    """What moved a customer's balance in a period, with the balance after each."""
    language, currency = days.operator.language, currency_of(customer)
    words, statement = Words(language), statement_of(customer, days, currency)
    money = partial(words.money, currency=currency)
    with translation.override(language):
        before = [words.day(days.first), _("Balance before"), "", money(statement.before)]
        lines = [
            [words.day(m.entry.at.date()), _what(m.entry.transaction), money(m.entry.amount), money(m.after)]
            for m in statement.moved
        ]
        data = {
            "language": language,
            "title": _("Statement of account"),
            "period": words.period(days.first, days.last),
            "seller": seller_of(days.operator),
            "buyer": buyer_of(customer),
            "headings": [_("Day"), _("What"), _("Amount"), _("Balance")],
            "lines": [before, *lines],
            "total": [_("Balance"), money(statement.after)],
        }
    return _made(days.operator, DocumentKind.STATEMENT, language, data)


def _what(transaction: Any) -> str:
    return " ".join(filter(None, (str(transaction.get_kind_display()), transaction.comment)))


def contract_pdf(customer: Customer, today: date) -> bytes:
    """A contract with a customer over what they hold."""
    operator = customer.operator
    held = TariffSubscription.objects.filter(customer=customer, ends_at=None).select_related("tariff__operator")
    accounts = list(customer.accounts.order_by("number").values_list("number", flat=True))
    data = _contract_data(customer, [each.tariff for each in held.order_by("pk")], accounts, today)
    return _made(operator, DocumentKind.CONTRACT, operator.language, data)


def _contract_data(customer: Customer, held: Sequence[Tariff], accounts: Sequence[int], today: date) -> dict[str, Any]:
    operator = customer.operator
    words = Words(operator.language)
    with translation.override(operator.language):
        return {
            "language": operator.language,
            "title": _("Contract"),
            "number": customer.contract_number or str(customer.pk),
            "day": words.day(today),
            "seller": seller_of(operator),
            "buyer": buyer_of(customer),
            "words": {
                "seller": _("Operator"),
                "buyer": _("Customer"),
                "subject": _("The operator provides the customer with these television services:"),
                "accounts": _("Accounts:"),
            },
            "headings": [_("Tariff"), _("Months"), _("Price")],
            "lines": [
                [t.name, str(t.period_months or "—"), words.money(t.price, t.currency or operator.currency)]
                for t in held
            ],
            "accounts": [str(number) for number in accounts],
        }


# --- templates -------------------------------------------------------------------------------------------------------


def own_template(kind: str) -> str:
    """The template of a kind of document that comes with the platform."""
    return typesetter().own_template(kind)


def _made(operator: Operator, kind: DocumentKind, language: str, data: dict[str, Any]) -> bytes:
    return typesetter().render(template_for(operator, kind, language) or own_template(kind), data)


def sample_pdf(operator: Operator, kind: str, source: str, today: date) -> bytes:
    """A document of made-up figures, to try a template; raises BadTemplate and RendererFailed."""
    return typesetter().render(source, sample_data(operator, kind, today))


def sample_data(operator: Operator, kind: str, today: date) -> dict[str, Any]:
    """What a template would find for a customer who does not exist."""
    buyer = Customer(operator=operator, first_name="Ada", last_name="Rossi", contract_number="A-1")
    buyer.postal_address = {"street": "Via Roma", "bld": "1", "zip": "16121", "city": "Genova", "country": "IT"}
    tariff = Tariff(operator=operator, name="Basic", price=Decimal(10))
    if kind == DocumentKind.CONTRACT:
        return _contract_data(buyer, [tariff], [10_001], today)
    words, currency = Words(operator.language), operator.currency
    line = [words.day(today), "Basic", words.money(Decimal(10), currency)]
    common = {
        "language": operator.language,
        "seller": seller_of(operator),
        "buyer": buyer_of(buyer),
        "total": ["Total", words.money(Decimal("12.20"), currency)],
    }
    if kind == DocumentKind.STATEMENT:
        period = words.period(today, today)
        lines = [[*line, words.money(Decimal("12.20"), currency)]]
        return {**common, "title": "Statement", "period": period, "headings": ["", "", "", ""], "lines": lines}
    return {
        **common,
        "title": "Invoice",
        "number": "2026-000001",
        "words": {"buyer": "Billed to", "bank": "Bank details"},
        "facts": [["Issued on", words.day(today)]],
        "headings": ["Day", "What", "Net", "Tax, %", "Amount"],
        "lines": [[*line, "22", words.money(Decimal("12.20"), currency)]],
        "sums": [["Net", words.money(Decimal(10), currency)], ["Tax", words.money(Decimal("2.20"), currency)]],
        "notes": ["Sample"],
    }

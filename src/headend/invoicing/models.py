"""Who sells, templates, invoices with their items, and the documents made of them."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.billing.models import AMOUNT, LedgerRecord, Transaction
from headend.operators.models import Operator, OperatorOwned
from headend.subscribers.models import Customer


class DocumentKind(models.TextChoices):
    INVOICE = "invoice", _("invoice")
    STATEMENT = "statement", _("statement of account")
    CONTRACT = "contract", _("contract")


class Seller(models.Model):
    """How an operator names itself on documents, and whether invoices come by themselves."""

    operator = models.OneToOneField(Operator, models.CASCADE, related_name="seller", verbose_name=_("operator"))
    name = models.CharField(_("name"), max_length=200)
    address = models.TextField(_("address"), blank=True)
    tax_number = models.CharField(_("tax number"), max_length=60, blank=True)
    registration = models.CharField(_("registration"), max_length=200, blank=True)
    bank = models.TextField(_("bank"), blank=True, help_text=_("As it shall stand on the invoice."))
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    footer = models.TextField(_("footer"), blank=True)
    issues_monthly = models.BooleanField(
        _("invoices every month"),
        default=False,
        help_text=_("On the first, for all that was sold in the month before."),
    )

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        ordering = ("operator",)

    def __str__(self) -> str:
        return self.name


class DocumentTemplate(OperatorOwned):
    """How a kind of document looks, in one language: a text for the typesetter Typst. Without one ours is used."""

    kind = models.CharField(_("kind"), max_length=10, choices=DocumentKind.choices)
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Empty: for the languages without one of their own.")
    )
    name = models.CharField(_("name"), max_length=100)
    source = models.TextField(_("text"))

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        ordering = ("kind", "language")
        constraints = (models.UniqueConstraint(fields=("operator", "kind", "language"), name="document_template_once"),)

    def __str__(self) -> str:
        return self.name


class Invoice(LedgerRecord):
    """What a customer was sold in a period, written once. A credit note is one with amounts below zero that `corrects`.

    `seller` and `buyer` are as they were on the day.
    """

    number = models.CharField(_("number"), max_length=60)
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, related_name="invoices", verbose_name=_("customer")
    )
    issued_on = models.DateField(_("issued on"), db_index=True)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"))
    currency = models.CharField(_("currency"), max_length=3)
    net = models.DecimalField(_("net"), **AMOUNT)
    tax = models.DecimalField(_("tax"), **AMOUNT)
    total = models.DecimalField(_("total"), **AMOUNT)
    seller: Any = models.JSONField(_("seller"), default=dict)
    buyer: Any = models.JSONField(_("buyer"), default=dict)
    language = models.CharField(_("language"), max_length=10)
    corrects = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="credit_note", verbose_name=_("takes back")
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("operator", "number"), name="invoice_number_once"),)

    def __str__(self) -> str:
        return self.number


class InvoiceItem(LedgerRecord):
    """A line of an invoice. `transaction` is on one invoice only; empty on credit notes."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="items", verbose_name=_("invoice"))
    transaction = models.OneToOneField(
        Transaction, models.RESTRICT, null=True, blank=True, related_name="invoice_item", verbose_name=_("transaction")
    )
    description = models.CharField(_("what"), max_length=500)
    day = models.DateField(_("day"))
    net = models.DecimalField(_("net"), **AMOUNT)
    tax = models.DecimalField(_("tax"), **AMOUNT)
    tax_rate = models.DecimalField(_("tax, per cent"), max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = _("item of an invoice")
        verbose_name_plural = _("items of invoices")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.description


class InvoiceDocument(models.Model):
    """An invoice's PDF as it was first made; a template that changes later does not change it."""

    invoice = models.OneToOneField(Invoice, models.CASCADE, related_name="document", verbose_name=_("invoice"))
    pdf = models.BinaryField(_("PDF"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("document of an invoice")
        verbose_name_plural = _("documents of invoices")

    def __str__(self) -> str:
        return str(self.invoice_id)

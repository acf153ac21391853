"""Records of other systems: what payment gateways told us, and other billing systems. `models` gives them out."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.billing.fields import AMOUNT
from headend.billing.ports import WhenSilent
from headend.operators.models import OperatorOwned

WHEN_SILENT = (
    (WhenSilent.LAST.value, _("its last answer counts")),
    (WhenSilent.ALLOW.value, _("accounts may be used")),
    (WhenSilent.REFUSE.value, _("accounts may not be used")),
)


class OtherBilling(OperatorOwned):
    """Another billing system of an operator, which decides what it is asked (`billing.ports.Hook`).

    One may be for all customers; a customer may have another by its number (`Customer.billing_handler`). `checked` is
    the account that was asked about last.
    """

    name = models.CharField(_("name"), max_length=100)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_default = models.BooleanField(
        _("for all customers"), default=False, help_text=_("Off: for those customers who name its number.")
    )
    url = models.URLField(_("address"), max_length=500)
    sealed_secret = models.TextField(editable=False, blank=True)
    hooks = models.JSONField(
        _("decides about"), default=list, blank=True, help_text=_("All the rest is the platform's own.")
    )
    seconds = models.PositiveSmallIntegerField(
        _("time-out, seconds"), default=3, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    kept_seconds = models.PositiveIntegerField(
        _("an answer counts for, seconds"), default=60, validators=[MaxValueValidator(86_400)]
    )
    when_silent = models.CharField(
        _("when it is silent"), max_length=10, choices=WHEN_SILENT, default=WHEN_SILENT[0][0]
    )
    checked = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("other billing system")
        verbose_name_plural = _("other billing systems")
        ordering = ("-is_default", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="other_billing_name"),)

    def __str__(self) -> str:
        return self.name


class Verdict(models.TextChoices):
    """What became of a gateway's notice."""

    DONE = "done", _("written down")
    KNOWN = "known", _("known before")
    WAITS = "waits", _("waits for the payment")
    IGNORED = "ignored", _("changes nothing")
    REFUSED = "refused", _("refused")


class GatewayNotice(OperatorOwned):
    """What a payment gateway told us, without secrets, and what became of it.

    The very same again is the same record: `times` counts it. `digest` is that of what came, `complaint` why it was
    refused (`billing.ports.Complaint`), `fields` what it said.
    """

    merchant = models.ForeignKey("Merchant", models.CASCADE, related_name="notices", verbose_name=_("payment gateway"))
    payment = models.ForeignKey(
        "Payment", models.SET_NULL, null=True, blank=True, related_name="notices", verbose_name=_("payment")
    )
    digest = models.CharField(max_length=64, editable=False)
    news = models.CharField(_("tells of"), max_length=10, blank=True)
    number = models.CharField(_("number at the gateway"), max_length=200, blank=True)
    amount = models.DecimalField(_("amount"), null=True, blank=True, **AMOUNT)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_total = models.BooleanField(default=False, editable=False)
    verdict = models.CharField(_("what became of it"), max_length=10, choices=Verdict.choices)
    complaint = models.CharField(_("why it was refused"), max_length=30, blank=True)
    fields: Any = models.JSONField(_("what it said"), default=dict, blank=True)
    address = models.CharField(_("from"), max_length=45, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    at = models.DateTimeField(_("first came"), db_index=True)
    last_at = models.DateTimeField(_("last came"))

    class Meta:
        verbose_name = _("notice of a gateway")
        verbose_name_plural = _("notices of gateways")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("operator", "verdict"), name="notice_verdict"),
            models.Index(fields=("merchant", "at"), name="notice_merchant_time"),
        )
        constraints = (models.UniqueConstraint(fields=("merchant", "digest"), name="notice_once"),)

    def __str__(self) -> str:
        return f"#{self.pk} {self.news}".rstrip()

"""Another billing system as a record; it stands on no other record of billing, and `models` gives it out."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

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

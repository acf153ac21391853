"""Stretches of watching, as the devices report them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Channel
from headend.operators.models import OperatorOwned
from headend.subscribers.models import Account


class ViewKind(models.TextChoices):
    """The wire's own words."""

    LIVE = "live", _("live")
    ARCHIVE = "pvr", _("archive")


class View(OperatorOwned):
    """One stretch of one device watching one channel: it begins with a zap and lasts as long as reports come.

    `number` is the device's own for it (`channel_session` on the wire), which changes with every zap. `programme` is
    the number of the programme watched last, kept also when the guide has forgotten it.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="views", verbose_name=_("account"))
    device_uid = models.CharField(_("device id"), max_length=200)
    device_type = models.CharField(_("device type"), max_length=60, blank=True)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name=_("channel"))
    programme = models.BigIntegerField(_("programme"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=4, choices=ViewKind.choices, default=ViewKind.LIVE)
    number = models.BigIntegerField(_("number"))
    timeshift_hours = models.SmallIntegerField(_("shift, hours"), default=0)
    began_at = models.DateTimeField(_("began"))
    last_report_at = models.DateTimeField(_("last report"))

    class Meta:
        verbose_name = _("view")
        verbose_name_plural = _("views")
        ordering = ("-began_at", "-id")
        indexes = (
            models.Index(fields=("operator", "began_at"), name="view_began"),
            models.Index(fields=("account", "device_uid", "last_report_at"), name="view_device"),
        )

    def __str__(self) -> str:
        return f"{self.device_uid} {self.channel_id}"

"""What devices tell of themselves, commands to them, and the passwords made for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Channel
from headend.operators.models import OperatorOwned
from headend.subscribers.models import Device


class ReportKind(models.TextChoices):
    METRICS = "metrics", _("metrics")
    PING = "ping", _("ping")
    SPEEDTEST = "speedtest", _("speed test")
    SYSTEM = "system", _("system")


class DeviceReport(OperatorOwned):
    """One report of a device. What is charted has columns, everything else is in `details` as it was sent."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="reports", verbose_name=_("device"))
    kind = models.CharField(_("kind"), max_length=10, choices=ReportKind.choices)
    received_at = models.DateTimeField(_("received"), db_index=True)
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    cpu_load = models.FloatField(_("CPU load"), null=True, blank=True)
    cpu_io = models.FloatField(_("waiting for input and output"), null=True, blank=True)
    memory_total = models.BigIntegerField(_("memory in all"), null=True, blank=True)
    memory_used = models.BigIntegerField(_("memory in use"), null=True, blank=True)
    cc_errors = models.BigIntegerField(_("continuity errors"), null=True, blank=True)
    rtp_errors = models.BigIntegerField(_("RTP errors"), null=True, blank=True)
    decoding_errors = models.BigIntegerField(_("decoding errors"), null=True, blank=True)
    average = models.FloatField(_("average time"), null=True, blank=True)
    lost = models.BigIntegerField(_("packets lost"), null=True, blank=True)
    error_code = models.BigIntegerField(_("error code"), null=True, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("device report")
        verbose_name_plural = _("device reports")
        ordering = ("-id",)
        indexes = (models.Index(fields=("device", "kind", "received_at"), name="report_of_device"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.device}"


class DeviceCommand(OperatorOwned):
    """What a device, or every device with some firmware, is to do; each fetches it once, until `expires_at`."""

    device = models.ForeignKey(
        Device,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("device"),
        help_text=_("Empty: all devices of the operator."),
    )
    name = models.CharField(_("command"), max_length=60, help_text=_("As the firmware knows it, such as ping."))
    parameters = models.JSONField(
        _("parameters"),
        default=dict,
        blank=True,
        help_text=_("An object of url, image_description, ping_count, timeout and appid (a list)."),
    )
    build_display = models.CharField(_("firmware build"), max_length=200, blank=True, help_text=_("Empty: any."))
    build_incremental = models.CharField(_("firmware version"), max_length=200, blank=True, help_text=_("Empty: any."))
    created_at = models.DateTimeField(_("given"), auto_now_add=True)
    expires_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("monitoring command")
        verbose_name_plural = _("monitoring commands")
        ordering = ("-id",)
        indexes = (models.Index(fields=("operator", "expires_at"), name="device_command_open"),)

    def __str__(self) -> str:
        return self.name


class DeviceCommandDelivery(models.Model):
    """That a device has fetched a command."""

    command = models.ForeignKey(DeviceCommand, models.CASCADE, related_name="deliveries")
    device = models.ForeignKey(Device, models.CASCADE, related_name="+")
    at = models.DateTimeField(_("fetched"))

    class Meta:
        verbose_name = _("monitoring command delivery")
        verbose_name_plural = _("monitoring command deliveries")
        constraints = (models.UniqueConstraint(fields=("command", "device"), name="device_command_once"),)

    def __str__(self) -> str:
        return str(self.device_id)


class DevicePassword(OperatorOwned):
    """A password that a device asked for; it got it encrypted with its own key, staff read the sealed one."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="passwords", verbose_name=_("device"))
    sealed_password = models.TextField(editable=False)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("device password")
        verbose_name_plural = _("device passwords")
        ordering = ("-id",)

    def __str__(self) -> str:
        return str(self.device)

"""Messages to households and commands to their devices; texts on their way to phones and mail boxes."""

import uuid

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Tariff
from headend.messaging.rules import LONGEST_TEXT
from headend.operators.models import Dealer, OperatorOwned
from headend.subscribers.models import Account, Device
from headend.subscribers.ports import Medium


class Audience(models.TextChoices):
    """To whom a mailing goes."""

    ACCOUNT = "account", _("one account")
    TARIFF = "tariff", _("the holders of a tariff")
    DEALER = "dealer", _("a dealer's customers")
    EVERYONE = "everyone", _("everyone")


class MailingState(models.TextChoices):
    DRAFT = "draft", _("draft")
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("being sent")
    DONE = "done", _("sent")
    STOPPED = "stopped", _("stopped")


class Mailing(OperatorOwned):
    """What is said, to whom and by which ways. The words stand here once; each account gets a Message.

    `last_account` is how far the job has come, in the order of the accounts' numbers in the records. `once` names what
    must not be said twice, such as that a service ends on a day.
    """

    audience = models.CharField(_("to"), max_length=10, choices=Audience.choices, default=Audience.ACCOUNT)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    tariff = models.ForeignKey(
        Tariff, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("tariff")
    )
    dealer = models.ForeignKey(
        Dealer, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("dealer")
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(
        _("text"),
        validators=(MaxLengthValidator(LONGEST_TEXT),),
        help_text=_("HTML; scripts, styles and forms are taken out."),
    )
    is_urgent = models.BooleanField(_("urgent"), default=True, help_text=_("Shown at once, over whatever is on."))
    no_confirmation = models.BooleanField(_("goes away by itself"), default=False)
    delete_after_reading = models.BooleanField(_("delete after reading"), default=False)
    by_screen = models.BooleanField(_("by television screen"), default=True)
    by_sms = models.BooleanField(_("by SMS"), default=False)
    by_email = models.BooleanField(_("by email"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=MailingState.choices, default=MailingState.DRAFT)
    total = models.PositiveIntegerField(_("accounts in all"), default=0, editable=False)
    reached = models.PositiveIntegerField(_("accounts reached"), default=0, editable=False)
    last_account = models.BigIntegerField(default=0, editable=False)
    once = models.CharField(max_length=60, null=True, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ("-id",)
        indexes = (models.Index(fields=("state",), name="mailing_state"),)
        constraints = (models.UniqueConstraint(fields=("operator", "once"), name="mailing_once"),)

    def __str__(self) -> str:
        return self.subject


class Message(OperatorOwned):
    """A mailing on the screens of one account."""

    uuid = models.UUIDField(_("number"), unique=True, default=uuid.uuid4, editable=False)
    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="messages", verbose_name=_("mailing"))
    account = models.ForeignKey(Account, models.CASCADE, related_name="messages", verbose_name=_("account"))
    created_at = models.DateTimeField(_("sent"), db_index=True)
    told_at = models.DateTimeField(_("shown"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-created_at", "-id")
        constraints = (models.UniqueConstraint(fields=("mailing", "account"), name="message_once"),)
        indexes = (models.Index(fields=("account", "read_at"), name="message_unread"),)

    def __str__(self) -> str:
        return str(self.uuid)


class TextState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class OutgoingText(OperatorOwned):
    """A mailing on its way to one phone or mail box; what could not be handed over is tried again."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="texts", verbose_name=_("mailing"))
    medium = models.CharField(_("by"), max_length=10, choices=[(each.value, each.label) for each in Medium])
    recipient = models.CharField(_("to"), max_length=254)
    state = models.CharField(_("state"), max_length=10, choices=TextState.choices, default=TextState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failure = models.CharField(_("failure"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("outgoing text")
        verbose_name_plural = _("outgoing texts")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("mailing", "medium", "recipient"), name="outgoing_text_once"),)
        indexes = (models.Index(fields=("state", "next_attempt_at"), name="outgoing_text_due"),)

    def __str__(self) -> str:
        return self.recipient


class CommandKind(models.IntegerChoices):
    """The wire's own numbers."""

    RESTART = 2, _("restart the application")
    REBOOT = 3, _("reboot the device")


class Command(OperatorOwned):
    """What one device, or every device of an account, is to do; each device is told once, until `expires_at`."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="commands", verbose_name=_("account"))
    device = models.ForeignKey(
        Device,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("device"),
        help_text=_("Empty: all devices of the account."),
    )
    kind = models.PositiveSmallIntegerField(_("command"), choices=CommandKind.choices, default=CommandKind.RESTART)
    deep_link = models.CharField(
        _("link"), max_length=500, blank=True, help_text=_("What the application opens after its restart.")
    )
    image_url = models.CharField(_("picture"), max_length=500, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    needs_confirmation = models.BooleanField(_("asks the viewer first"), default=False)
    created_at = models.DateTimeField(_("given"), auto_now_add=True)
    expires_at = models.DateTimeField(_("until"), help_text=_("Devices that are off until then never hear of it."))

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        ordering = ("-id",)
        indexes = (models.Index(fields=("account", "expires_at"), name="command_open"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.account}"


class CommandDelivery(models.Model):
    """That a device was told a command."""

    command = models.ForeignKey(Command, models.CASCADE, related_name="deliveries")
    device_uid = models.CharField(_("device id"), max_length=200)
    at = models.DateTimeField(_("told"))

    class Meta:
        verbose_name = _("command delivery")
        verbose_name_plural = _("command deliveries")
        constraints = (models.UniqueConstraint(fields=("command", "device_uid"), name="command_delivery_once"),)

    def __str__(self) -> str:
        return self.device_uid

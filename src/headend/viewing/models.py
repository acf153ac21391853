"""What households do: what they think of titles, where they stopped, reminders, tickets and purchases."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from headend.catalog.models import Channel, Programme
from headend.operators.models import OperatorOwned
from headend.subscribers.models import Account
from headend.vod.models import Asset, Seance, Title


class AccountTitle(models.Model):
    """What an account thinks of a title. `viewed_at` is when it was last played, empty when it is not in the history.

    `is_viewing`: it was begun and not seen to its end.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="titles", verbose_name=_("account"))
    title = models.ForeignKey(
        Title, models.CASCADE, related_name="of_accounts", verbose_name=pgettext_lazy("film or series", "title")
    )
    is_favourite = models.BooleanField(_("favourite"), default=False)
    favourite_at = models.DateTimeField(_("favourite since"), null=True, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True, blank=True)
    is_viewing = models.BooleanField(_("being watched"), default=False)
    is_viewed = models.BooleanField(_("viewed"), default=False)
    viewed_at = models.DateTimeField(_("last watched"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("account's title")
        verbose_name_plural = _("account's titles")
        ordering = ("-viewed_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "title"), name="account_title_once"),)

    def __str__(self) -> str:
        return str(self.title)


class Position(models.Model):
    """Where an account stopped: `seconds` from the beginning of something `duration` long (0 when it was not said)."""

    seconds = models.PositiveIntegerField(_("at, seconds"), default=0)
    duration = models.PositiveIntegerField(_("of, seconds"), default=0)
    is_viewed = models.BooleanField(_("viewed"), default=False)
    updated_at = models.DateTimeField(_("when"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.seconds} / {self.duration}"


class AssetPosition(Position):
    """Where an account stopped in a file of a title."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="asset_positions", verbose_name=_("account"))
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="positions", verbose_name=_("file"))

    class Meta:
        verbose_name = _("position in a title")
        verbose_name_plural = _("positions in titles")
        ordering = ("-updated_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "asset"), name="asset_position_once"),)


class ProgrammePosition(Position):
    """Where an account stopped in a programme of the archive.

    A guide is written anew many times a day: a programme that goes leaves its positions behind, which nobody sees any
    more and which expire.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="programme_positions", verbose_name=_("account"))
    programme = models.ForeignKey(
        Programme, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("programme")
    )

    class Meta:
        verbose_name = _("position in a programme")
        verbose_name_plural = _("positions in programmes")
        ordering = ("-updated_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "programme"), name="programme_position_once"),)


class WatchedChannel(models.Model):
    """When an account last watched a channel."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="watched_channels", verbose_name=_("account"))
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name=_("channel"))
    watched_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("watched channel")
        verbose_name_plural = _("watched channels")
        ordering = ("-watched_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "channel"), name="watched_channel_once"),)

    def __str__(self) -> str:
        return str(self.channel)


class PlayRefusal(models.Model):
    """Why an account was refused a channel, when last and how often. The gate tells it every now and then."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="refusals", verbose_name=_("account"))
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name=_("channel"))
    reason = models.CharField(_("reason"), max_length=30)
    device = models.CharField(_("device"), max_length=200, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last"), db_index=True)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        ordering = ("-last_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "channel", "reason"), name="play_refusal_once"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.reason}"


class Reminder(models.Model):
    """An account wants to be told when a programme begins. `shift_hours` is the time shift in which it watches.

    `starts_at` is kept, because the guide may be written anew before.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="reminders", verbose_name=_("account"))
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name=_("channel"))
    programme = models.ForeignKey(
        Programme, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("programme")
    )
    shift_hours = models.SmallIntegerField(_("shift, hours"), default=0)
    starts_at = models.DateTimeField(_("begins"), db_index=True)
    ends_at = models.DateTimeField(_("ends"), db_index=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("starts_at", "id")
        constraints = (models.UniqueConstraint(fields=("account", "channel", "programme"), name="reminder_once"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.starts_at:%Y-%m-%d %H:%M}"


class Recording(models.Model):
    """A programme that an account wants to keep (network PVR). It plays from the archive of its channel, as long as
    that reaches back: until `expires_at`.

    Title and times are kept, because the guide may be written anew.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="recordings", verbose_name=_("account"))
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+", verbose_name=_("channel"))
    programme = models.ForeignKey(
        Programme, models.DO_NOTHING, db_constraint=False, related_name="+", verbose_name=_("programme")
    )
    name = models.CharField(_("programme's title"), max_length=500)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ("-starts_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("account", "channel", "programme"), name="account_recording_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.starts_at:%Y-%m-%d %H:%M}"


class SeanceTicket(OperatorOwned):
    """A ticket to a seance. It belongs to nobody until an account uses its code for the first time."""

    seance = models.ForeignKey(Seance, models.CASCADE, related_name="tickets", verbose_name=_("seance"))
    code = models.CharField(_("code"), max_length=40)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="tickets", verbose_name=_("account")
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Off: sold, but not yet paid."))
    used_at = models.DateTimeField(_("first used"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("operator", "code"), name="ticket_code"),)

    def __str__(self) -> str:
        return self.code


class TitlePurchase(OperatorOwned):
    """A title that an account bought or rented; until `ends_at`, for good when that is empty."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="purchases", verbose_name=_("account"))
    title = models.ForeignKey(
        Title, models.CASCADE, related_name="purchases", verbose_name=pgettext_lazy("film or series", "title")
    )
    price = models.DecimalField(_("price"), max_digits=15, decimal_places=3, default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    bought_at = models.DateTimeField(_("bought"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        ordering = ("-bought_at", "-id")

    def __str__(self) -> str:
        return str(self.title)

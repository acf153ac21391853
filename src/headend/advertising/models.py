"""Movies that are shown before what one watches, the blocks they come in, and what accounts have seen."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Channel, Tariff
from headend.operators.models import Operator, OperatorOwned
from headend.subscribers.models import Account


class AdSettings(models.Model):
    """How much advertising an operator's households see; without one of these they see none."""

    operator = models.OneToOneField(Operator, models.CASCADE, related_name="+", verbose_name=_("operator"))
    is_enabled = models.BooleanField(_("enabled"), default=False)
    interval_seconds = models.PositiveIntegerField(
        _("interval, seconds"), default=3600, validators=[MinValueValidator(1), MaxValueValidator(30 * 86_400)]
    )
    most_blocks = models.PositiveSmallIntegerField(
        _("blocks in an interval"), default=5, help_text=_("How many an account gets in one interval at most.")
    )
    blocks_at_once = models.PositiveSmallIntegerField(
        _("blocks at once"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )

    class Meta:
        verbose_name = _("advertising of an operator")
        verbose_name_plural = _("advertising of operators")
        ordering = ("operator",)

    def __str__(self) -> str:
        return str(self.operator)


class AdProvider(OperatorOwned):
    """Somebody else's advertising: devices ask it themselves, with these options. `number` is its kind on the wire."""

    name = models.CharField(_("name"), max_length=100)
    number = models.PositiveSmallIntegerField(
        _("number"), default=1, validators=[MinValueValidator(1)], help_text=_("By which devices know it; 0 is ours.")
    )
    url = models.CharField(_("address"), max_length=1000)
    options: Any = models.JSONField(_("options"), default=dict, blank=True, help_text=_("Given to devices."))
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("ad provider")
        verbose_name_plural = _("ad providers")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="ad_provider_name"),)

    def __str__(self) -> str:
        return self.name


class AdMovie(OperatorOwned):
    """A movie that advertises something."""

    name = models.CharField(_("name"), max_length=200)
    url = models.CharField(_("address"), max_length=2000)
    width = models.PositiveSmallIntegerField(_("width"), default=0, help_text=_("Pixels; 0: unknown."))
    height = models.PositiveSmallIntegerField(_("height"), default=0, help_text=_("Pixels; 0: unknown."))
    duration_seconds = models.PositiveIntegerField(_("length, seconds"), default=0)
    sort = models.PositiveIntegerField(_("position"), default=0, help_text=_("Among the movies of a block."))
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("ad movie")
        verbose_name_plural = _("ad movies")
        ordering = ("sort", "name", "id")

    def __str__(self) -> str:
        return self.name


class AdOrder(models.IntegerChoices):
    """The wire's own numbers."""

    SEQUENTIAL = 0, _("one after the other")
    RANDOM = 1, _("by chance")


class AdBlock(OperatorOwned):
    """Movies that are shown together: when, before what, and to whom.

    Without channels it goes with all of them, without tariffs to everybody. Days are ISO weekdays in the operator's
    time zone, none of them means all; a block that ends before it begins runs over midnight.
    """

    name = models.CharField(_("name"), max_length=100)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=10, help_text=_("The lowest is taken first."))
    order = models.PositiveSmallIntegerField(_("order"), choices=AdOrder.choices, default=AdOrder.SEQUENTIAL)
    movies = models.ManyToManyField(AdMovie, blank=True, related_name="blocks", verbose_name=_("movies"))
    provider = models.ForeignKey(
        AdProvider,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="blocks",
        verbose_name=_("provider"),
        help_text=_("Empty: our own movies."),
    )
    days: Any = models.JSONField(_("days"), default=list, blank=True)
    begins_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(_("until"), null=True, blank=True)
    skip_after_seconds = models.IntegerField(
        _("may be skipped after, seconds"),
        default=-1,
        validators=[MinValueValidator(-1), MaxValueValidator(3600)],
        help_text=_("-1: not at all."),
    )
    most_shows = models.PositiveSmallIntegerField(
        _("shows in an interval"), default=0, help_text=_("To one account at most; 0: as the operator allows.")
    )
    on_channels = models.BooleanField(_("before channels"), default=True)
    on_videos = models.BooleanField(_("before videos"), default=False)
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="ad_blocks", verbose_name=_("only these channels")
    )
    tariffs = models.ManyToManyField(Tariff, blank=True, related_name="ad_blocks", verbose_name=_("only these tariffs"))

    class Meta:
        verbose_name = _("ad block")
        verbose_name_plural = _("ad blocks")
        ordering = ("priority", "name", "id")

    def __str__(self) -> str:
        return self.name


class AdShow(OperatorOwned):
    """A block that an account was given, and what became of it. Old ones are forgotten."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="ad_shows", verbose_name=_("account"))
    block = models.ForeignKey(AdBlock, models.CASCADE, related_name="shows", verbose_name=_("block"))
    channel = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("channel")
    )
    given_at = models.DateTimeField(_("given"), db_index=True)
    shown_at = models.DateTimeField(_("shown"), null=True, blank=True)
    skipped_at = models.DateTimeField(_("skipped"), null=True, blank=True)

    class Meta:
        verbose_name = _("ad show")
        verbose_name_plural = _("ad shows")
        ordering = ("-id",)
        indexes = (models.Index(fields=("account", "given_at"), name="ad_show_of_account"),)

    def __str__(self) -> str:
        return f"{self.block} {self.given_at:%Y-%m-%d %H:%M}"

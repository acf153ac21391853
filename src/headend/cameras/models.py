"""Cameras, the cities they stand in, and what accounts have to do with them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Category, GuideChannel, Tariff
from headend.delivery.models import StreamingServer
from headend.operators.models import Localized, OperatorOwned
from headend.subscribers.models import Account


class City(OperatorOwned, Localized):
    """A city in which cameras stand."""

    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ("sort", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="city_name"),)


class Camera(OperatorOwned, Localized):
    """A camera. Its tariffs give it to whoever holds one; an account it is bound to has it in any case.

    One that has no tariff is seen only by the accounts it is bound to: nobody's front door is shown by mistake.
    """

    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="cameras", verbose_name=_("category")
    )
    extra_categories = models.ManyToManyField(
        Category, blank=True, related_name="extra_cameras", verbose_name=_("extra categories")
    )
    city = models.ForeignKey(
        City, models.SET_NULL, null=True, blank=True, related_name="cameras", verbose_name=_("city")
    )
    tariffs = models.ManyToManyField(Tariff, blank=True, related_name="cameras", verbose_name=_("tariffs"))
    accounts: "models.ManyToManyField[Account, AccountCamera]" = models.ManyToManyField(
        Account, through="AccountCamera", related_name="cameras", verbose_name=_("accounts")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)
    icon_url = models.CharField(_("icon"), max_length=1000, blank=True)
    preview_url = models.CharField(_("picture of now"), max_length=1000, blank=True)
    guide_channel = models.ForeignKey(
        GuideChannel, models.SET_NULL, null=True, blank=True, related_name="cameras", verbose_name=_("guide")
    )
    stream_url = models.CharField(
        _("direct address"),
        max_length=2000,
        blank=True,
        help_text=_("Played as it is; no streaming server is chosen."),
    )
    stream_id = models.CharField(
        _("id on streaming servers"),
        max_length=200,
        blank=True,
        help_text=_("Empty: the camera's own number ($cid)."),
    )
    url_prefix = models.CharField(_("address prefix"), max_length=200, blank=True, help_text="$prefix")
    multicast_address = models.CharField(_("multicast address"), max_length=200, blank=True)
    recording_multicast_address = models.CharField(_("multicast address for recording"), max_length=200, blank=True)
    streaming_servers = models.ManyToManyField(
        StreamingServer,
        blank=True,
        related_name="cameras",
        verbose_name=_("only these streaming servers"),
        help_text=_("Empty: those that serve every channel."),
    )
    recording_days = models.PositiveSmallIntegerField(
        _("days kept"), default=0, validators=[MaxValueValidator(365)], help_text=_("0: no catch-up.")
    )
    option1 = models.CharField(_("option 1"), max_length=200, blank=True)
    option2 = models.CharField(_("option 2"), max_length=200, blank=True)
    option3 = models.CharField(_("option 3"), max_length=200, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("camera")
        verbose_name_plural = _("cameras")
        ordering = ("sort", "name", "id")
        indexes = (models.Index(fields=("operator", "sort", "name"), name="camera_order"),)


class AccountCamera(models.Model):
    """An account's camera: bound by staff, made a favourite by the household."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="account_cameras", verbose_name=_("account"))
    camera = models.ForeignKey(Camera, models.CASCADE, related_name="account_cameras", verbose_name=_("camera"))
    is_bound = models.BooleanField(_("bound"), default=False)
    is_favourite = models.BooleanField(_("favourite"), default=False)

    class Meta:
        verbose_name = _("account's camera")
        verbose_name_plural = _("accounts' cameras")
        ordering = ("camera", "account")
        constraints = (models.UniqueConstraint(fields=("account", "camera"), name="account_camera_once"),)

    def __str__(self) -> str:
        return f"{self.account} {self.camera}"

    @property
    def operator_id(self) -> int:
        """Whose record it is: the audit log asks."""
        return self.camera.operator_id

"""Data centres, streaming servers and maintenance windows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Channel, Tariff
from headend.operators.models import OperatorOwned


class DataCentre(OperatorOwned):
    name = models.CharField(_("name"), max_length=100)
    location = models.CharField(_("location"), max_length=200, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("data centre")
        verbose_name_plural = _("data centres")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ServerKind(models.TextChoices):
    LOOP = "loop", _("Built-in demo loops")
    MASK = "mask", _("Address mask")
    FLUSSONIC = "flussonic", "Flussonic"
    NGINX = "nginx_secure_link", "nginx secure_link"


class ContentKind(models.TextChoices):
    LIVE = "live", _("live")
    ARCHIVE = "archive", _("archive")
    BOTH = "both", _("live and archive")
    VOD = "vod", _("titles on demand")


class StorageKind(models.TextChoices):
    MEMORY = "memory", _("memory")
    SSD = "ssd", "SSD"
    HDD = "hdd", "HDD"


class StreamingServer(OperatorOwned):
    """A machine or service that gives streams, and how its addresses are made.

    With no channels or tariffs chosen it serves all of them: forgetting a tick must not empty the screens.
    """

    name = models.CharField(_("name"), max_length=100)
    data_centre = models.ForeignKey(
        DataCentre,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="servers",
        verbose_name=_("data centre"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ServerKind.choices, default=ServerKind.MASK)
    content = models.CharField(_("gives"), max_length=10, choices=ContentKind.choices, default=ContentKind.BOTH)
    base_url = models.CharField(_("base address"), max_length=500, blank=True)
    mask = models.CharField(_("live address mask"), max_length=1000, blank=True)
    archive_mask = models.CharField(_("archive address mask"), max_length=1000, blank=True)
    vod_mask = models.CharField(
        _("address mask of titles"), max_length=1000, blank=True, help_text=_("For servers that give titles on demand.")
    )
    sealed_secret = models.TextField(editable=False, blank=True)
    token_ttl_seconds = models.PositiveIntegerField(_("token lifetime, seconds"), default=3600)
    bind_token_to_address = models.BooleanField(_("token only for the device's address"), default=False)
    timeshift_minutes = models.SmallIntegerField(_("shift, minutes"), default=0)
    recording_days = models.PositiveSmallIntegerField(_("days kept"), default=0)
    storage = models.CharField(_("storage"), max_length=10, choices=StorageKind.choices, default=StorageKind.SSD)
    priority = models.PositiveSmallIntegerField(_("priority"), default=10, help_text=_("The lowest is taken first."))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="streaming_servers", verbose_name=_("only these channels")
    )
    tariffs = models.ManyToManyField(
        Tariff, blank=True, related_name="streaming_servers", verbose_name=_("only these tariffs")
    )

    class Meta:
        verbose_name = _("streaming server")
        verbose_name_plural = _("streaming servers")
        ordering = ("priority", "name")

    def __str__(self) -> str:
        return self.name


class Maintenance(OperatorOwned):
    """A planned interruption of channels or servers."""

    description = models.CharField(_("description"), max_length=500, blank=True)
    begins_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    is_unavailable = models.BooleanField(_("service unavailable"), default=True)
    is_finished = models.BooleanField(_("finished"), default=False)
    channels = models.ManyToManyField(Channel, blank=True, related_name="+", verbose_name=_("channels"))
    servers = models.ManyToManyField(StreamingServer, blank=True, related_name="+", verbose_name=_("streaming servers"))

    class Meta:
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenance")
        ordering = ("-begins_at",)

    def __str__(self) -> str:
        return self.description or f"{self.begins_at:%Y-%m-%d %H:%M}"

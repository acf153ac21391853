"""Channels and their categories, the guide, tariffs."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from headend.catalog.rules import shift_of
from headend.operators.models import CURRENCY, Localized, Operator, OperatorOwned, Staff

LONGEST_PERIOD = 120  # months; what is bought for many such periods still ends on a day that calendars have


class Category(OperatorOwned, Localized):
    """A group of channels on the screen: News, Films, Children."""

    description = models.TextField(_("description"), blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True, help_text="#RRGGBB")
    sort = models.PositiveIntegerField(_("position"), default=0)
    icon_url = models.CharField(_("icon"), max_length=500, blank=True)
    icon_tv_url = models.CharField(_("icon for television"), max_length=500, blank=True)
    icon_dashboard_url = models.CharField(_("icon for dashboards"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("sort", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="category_name"),)


class CopyrightHolder(OperatorOwned):
    """Who holds the rights to a channel."""

    name = models.CharField(_("name"), max_length=200)
    staff = models.ManyToManyField(
        Staff,
        blank=True,
        related_name="copyright_holders",
        verbose_name=_("staff"),
        help_text=_("Who of the role copyright holder sees these channels."),
    )

    class Meta:
        verbose_name = _("copyright holder")
        verbose_name_plural = _("copyright holders")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class GuideSource(models.Model):
    """Where a guide comes from, and how often. Without an operator it serves all of them."""

    operator = models.ForeignKey(
        Operator, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("operator")
    )
    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address or file"), max_length=1000, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        default="UTC",
        help_text=_("Used where the guide's times name no offset."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    interval_minutes = models.PositiveIntegerField(
        _("every, minutes"),
        default=480,
        help_text=_("0: only by hand. The start is spread by up to a tenth."),
    )
    next_run_at = models.DateTimeField(_("next run"), null=True, blank=True, db_index=True)
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    last_outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    last_report = models.JSONField(_("report"), default=dict, blank=True)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("guide source")
        verbose_name_plural = _("guide sources")
        ordering = ("name",)
        # Of those that serve all operators no database sees that two have one name: who writes them asks.
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="guide_source_name"),)

    def __str__(self) -> str:
        return self.name


class GuideChannel(models.Model):
    """A channel as a guide source names it; ours point at it."""

    source = models.ForeignKey(GuideSource, models.CASCADE, related_name="channels", verbose_name=_("source"))
    guide_id = models.CharField(_("id in the guide"), max_length=200)
    name = models.CharField(_("name"), max_length=200, blank=True)
    names = models.JSONField(_("all names"), default=list, blank=True)
    icon_url = models.CharField(_("icon"), max_length=1000, blank=True)
    has_own_icon = models.BooleanField(
        _("icon of ours"), default=False, help_text=_("What the guide names as its icon is not taken.")
    )
    extra_icons = models.JSONField(_("icons in other sizes"), default=dict, blank=True)
    shift_minutes = models.SmallIntegerField(_("shift, minutes"), default=0)

    class Meta:
        verbose_name = _("guide channel")
        verbose_name_plural = _("guide channels")
        ordering = ("source", "name")
        constraints = (models.UniqueConstraint(fields=("source", "guide_id"), name="guide_channel_id"),)

    def __str__(self) -> str:
        return self.name or self.guide_id


class GuideCategory(Localized):
    """Our own kinds of programmes; those of each source are mapped to them."""

    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("programme category")
        verbose_name_plural = _("programme categories")
        ordering = ("sort", "name")
        constraints = (models.UniqueConstraint(fields=("name",), name="guide_category_name"),)


class GuideCategoryMapping(models.Model):
    """What a source calls a kind of programme, and which of ours that is (none yet: to be reviewed)."""

    source = models.ForeignKey(GuideSource, models.CASCADE, related_name="category_mappings", verbose_name=_("source"))
    source_category = models.CharField(_("in the guide"), max_length=200)
    category = models.ForeignKey(
        GuideCategory, models.SET_NULL, null=True, blank=True, verbose_name=_("programme category")
    )

    class Meta:
        verbose_name = _("category mapping")
        verbose_name_plural = _("category mappings")
        ordering = ("source", "source_category")
        constraints = (models.UniqueConstraint(fields=("source", "source_category"), name="guide_category_mapping"),)

    def __str__(self) -> str:
        return self.source_category


class Programme(models.Model):
    """One item of the guide. Few and plain columns: a guide has hundreds of thousands of these.

    `start` and `stop` are seconds since the epoch, UTC. `details` is a JSON object in text with whatever else
    the guide said (`catalog.ports.ProgrammeDetails`); `fingerprint` is a 64-bit hash of the whole draft,
    by which a repeated import knows that nothing changed.
    """

    guide_channel = models.ForeignKey(
        GuideChannel,
        models.CASCADE,
        related_name="programmes",
        verbose_name=_("guide channel"),
        db_index=False,
    )
    start = models.BigIntegerField(_("start"))
    stop = models.BigIntegerField(_("stop"))
    title = models.CharField(_("title"), max_length=500)
    category = models.ForeignKey(
        GuideCategory, models.SET_NULL, null=True, blank=True, verbose_name=_("category"), db_index=False
    )
    age = models.PositiveSmallIntegerField(_("age rating"), default=0)
    details = models.TextField(_("details"), default="{}")
    fingerprint = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ("guide_channel", "start")
        constraints = (models.UniqueConstraint(fields=("guide_channel", "start"), name="programme_start"),)

    def __str__(self) -> str:
        return str(self.title)


class ProgrammeBlocking(OperatorOwned):
    """A programme whose recording nobody may watch; for good when `ends_at` is empty.

    A guide is written anew many times a day, a changed programme with its number; title and start are kept for the
    people who look at this when it is gone.
    """

    programme = models.ForeignKey(
        Programme, models.DO_NOTHING, db_constraint=False, related_name="blockings", verbose_name=_("programme")
    )
    title = models.CharField(_("title"), max_length=500, editable=False)
    starts_at = models.DateTimeField(_("begins"), editable=False)
    ends_at = models.DateTimeField(_("blocked until"), null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("blocked programme")
        verbose_name_plural = _("blocked programmes")
        ordering = ("-starts_at", "-id")
        constraints = (models.UniqueConstraint(fields=("operator", "programme"), name="programme_blocked_once"),)

    def __str__(self) -> str:
        return f"{self.title} {self.starts_at:%Y-%m-%d %H:%M}"


class AspectRatio(models.IntegerChoices):
    AS_IS = 0, _("as it comes")
    FULL = 1, _("fill the screen")
    WIDE = 2, "16:9"
    STANDARD = 3, "4:3"


class MatchState(models.TextChoices):
    NONE = "none", _("no guide")
    BY_ID = "by_id", _("matched by id")
    BY_NAME = "by_name", _("matched by name, to be reviewed")
    BY_HAND = "by_hand", _("chosen by hand")
    REFUSED = "refused", _("match refused")


class Channel(OperatorOwned, Localized):
    """A television channel as the operator sells it."""

    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="channels", verbose_name=_("category")
    )
    extra_categories = models.ManyToManyField(
        Category, blank=True, related_name="extra_channels", verbose_name=_("extra categories")
    )
    lcn = models.PositiveIntegerField(_("channel number"), null=True, blank=True)
    sort = models.PositiveIntegerField(_("position"), default=0)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    icon_url = models.CharField(_("logo"), max_length=1000, blank=True)
    needs_parent_code = models.BooleanField(_("asks for the parental code"), default=False)
    show_in_all = models.BooleanField(_("shown under All"), default=True)
    display_on_site = models.BooleanField(_("shown on the site"), default=True)
    copyright_holder = models.ForeignKey(
        CopyrightHolder, models.SET_NULL, null=True, blank=True, verbose_name=_("copyright holder")
    )

    guide_channel = models.ForeignKey(
        GuideChannel, models.SET_NULL, null=True, blank=True, related_name="channels", verbose_name=_("guide")
    )
    guide_match = models.CharField(_("guide match"), max_length=10, choices=MatchState.choices, default=MatchState.NONE)
    guide_id = models.CharField(
        _("guide id"),
        max_length=200,
        blank=True,
        help_text=_("The id by which the channel list names the guide (tvg-id)."),
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
        help_text=_("Empty: the channel's own number ($cid)."),
    )
    url_prefix = models.CharField(_("address prefix"), max_length=200, blank=True, help_text="$prefix")
    multicast_address = models.CharField(_("multicast address"), max_length=200, blank=True)
    recording_multicast_address = models.CharField(_("multicast address for recording"), max_length=200, blank=True)
    recording_days = models.PositiveSmallIntegerField(
        _("days kept"), default=0, validators=[MaxValueValidator(365)], help_text=_("0: no catch-up.")
    )
    pause_live_seconds = models.PositiveIntegerField(_("pause of live, seconds"), default=0)
    catchup = models.JSONField(
        _("catch-up attributes"),
        default=dict,
        blank=True,
        help_text=_("As the imported channel list gave them."),
    )
    http_headers = models.JSONField(_("HTTP headers for players"), default=dict, blank=True)
    is_drm = models.BooleanField(_("protected (DRM)"), default=False)
    aspect_ratio = models.PositiveSmallIntegerField(
        _("aspect ratio"), choices=AspectRatio.choices, default=AspectRatio.AS_IS
    )

    option1 = models.CharField(_("option 1"), max_length=200, blank=True)
    option2 = models.CharField(_("option 2"), max_length=200, blank=True)
    option3 = models.CharField(_("option 3"), max_length=200, blank=True)
    telemetry = models.JSONField(_("audience measurement"), default=dict, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    meta = models.JSONField(_("extra data"), default=dict, blank=True)

    import_source = models.CharField(max_length=100, blank=True, editable=False)
    import_key = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ("sort", "lcn", "name", "id")
        indexes = (
            models.Index(fields=("operator", "sort", "lcn"), name="channel_order"),
            models.Index(fields=("operator", "import_source", "import_key"), name="channel_import"),
        )

    @property
    def guide_shift_minutes(self) -> int:
        """By how much its programmes are later than its guide has them: the guide channel's shift and its own."""
        return (self.guide_channel.shift_minutes if self.guide_channel else 0) + shift_of(self.meta)


class ChannelSort(OperatorOwned):
    """A named order of channels, made by hand or by popularity."""

    name = models.CharField(_("name"), max_length=100)
    channels: "models.ManyToManyField[Channel, ChannelSortEntry]" = models.ManyToManyField(
        Channel, through="ChannelSortEntry", related_name="+", verbose_name=_("channels")
    )

    class Meta:
        verbose_name = _("channel order")
        verbose_name_plural = _("channel orders")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ChannelSortEntry(models.Model):
    channel_sort = models.ForeignKey(ChannelSort, models.CASCADE, related_name="entries")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("channel_sort", "channel"), name="channel_sort_once"),)


class Tariff(OperatorOwned, Localized):
    """What is sold: a bundle of channels with a price, a period and limits."""

    description = models.TextField(_("description"), blank=True)
    channels = models.ManyToManyField(Channel, blank=True, related_name="tariffs", verbose_name=_("channels"))
    all_channels = models.BooleanField(_("all channels"), default=False)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_archived = models.BooleanField(_("archived"), default=False)
    is_hidden = models.BooleanField(_("hidden from subscribers"), default=False)
    price = models.DecimalField(
        _("price"), max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    activation_price = models.DecimalField(
        _("activation price"), max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[CURRENCY])
    period_months = models.PositiveSmallIntegerField(
        _("period, months"),
        default=1,
        validators=[MaxValueValidator(LONGEST_PERIOD)],
        help_text=_("0: a system tariff without a period."),
    )
    basic_priority = models.PositiveSmallIntegerField(
        _("basic priority"),
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(10)],
        help_text=_("0: additional. 1 to 10: basic; the highest is given at registration."),
    )
    assigned_by_default = models.BooleanField(_("given to every new customer"), default=False)
    is_required = models.BooleanField(_("required"), default=False)
    may_unsubscribe = models.BooleanField(_("subscribers may leave it"), default=True)
    for_inactive_accounts = models.BooleanField(_("for inactive accounts too"), default=False)

    basic_sessions = models.PositiveSmallIntegerField(
        _("basic devices"), default=1, help_text=_("How many basic devices (set-top boxes) may be signed in.")
    )
    additional_sessions = models.PositiveSmallIntegerField(
        _("additional sessions"),
        default=1,
        help_text=_("How many other devices may be online; the oldest makes room."),
    )
    one_address = models.BooleanField(
        _("one address"), default=False, help_text=_("Additional devices only from one IP address at a time.")
    )
    countries = models.JSONField(
        _("countries"), default=list, blank=True, help_text=_("Two-letter codes; empty: everywhere.")
    )
    viewing_hours = models.JSONField(
        _("viewing hours"),
        default=list,
        blank=True,
        help_text=_(
            "When it may be watched, in the operator's zone: "
            '[{"days": [6, 7], "from": "18:00", "to": "23:00"}]. Empty: always.'
        ),
    )

    used_for_channels = models.BooleanField(_("gives channels"), default=True)
    used_for_videos = models.BooleanField(_("gives videos"), default=True)
    used_for_radio = models.BooleanField(_("gives radio"), default=True)
    display_on_site = models.BooleanField(_("shown on the site"), default=True)
    icon_url = models.CharField(_("icon"), max_length=500, blank=True)
    icon_tv_url = models.CharField(_("icon for television"), max_length=500, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    meta = models.JSONField(_("extra data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ("-basic_priority", "name")
        constraints = (models.CheckConstraint(condition=Q(price__gte=0, activation_price__gte=0), name="tariff_costs"),)


class VirtualTariff(OperatorOwned, Localized):
    """Another billing system's name for one or several tariffs, with numbers of its own: given and taken as one."""

    tariffs = models.ManyToManyField(Tariff, related_name="+", verbose_name=_("tariffs"))
    external_id = models.CharField(_("external id"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("virtual tariff")
        verbose_name_plural = _("virtual tariffs")
        ordering = ("name", "id")


# --- radio -----------------------------------------------------------------------------------------------------------


class Radio(OperatorOwned, Localized):
    """A radio station. Who holds one of its tariffs may listen; a station of no tariff is for everybody."""

    description = models.TextField(_("description"), blank=True)
    description_lang1 = models.TextField(_("description, language 1"), blank=True)
    description_lang2 = models.TextField(_("description, language 2"), blank=True)
    description_lang3 = models.TextField(_("description, language 3"), blank=True)
    description_lang4 = models.TextField(_("description, language 4"), blank=True)
    description_lang5 = models.TextField(_("description, language 5"), blank=True)
    stream_url = models.CharField(_("address"), max_length=2000, help_text=_("Played as it is."))
    logo_url = models.CharField(_("logo"), max_length=1000, blank=True, help_text=_("Empty: that of the channel."))
    channel = models.ForeignKey(
        Channel,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="radios",
        verbose_name=_("channel"),
        help_text=_("The television channel of the same house, if it has one."),
    )
    tariffs = models.ManyToManyField(Tariff, blank=True, related_name="radios", verbose_name=_("tariffs"))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("radio station")
        verbose_name_plural = _("radio stations")
        ordering = ("sort", "name", "id")
        indexes = (models.Index(fields=("operator", "sort", "name"), name="radio_order"),)


# --- HbbTV -----------------------------------------------------------------------------------------------------------


class HbbKind(models.IntegerChoices):
    """What a provider offers: the `type` of the wire."""

    TARGETED = 0, _("targeted advertising")
    SHOPPING = 1, _("shopping")
    OTHER = 2, _("other")


class HbbProvider(OperatorOwned):
    """Who adds interactive pages to channels (HbbTV): devices open its address and tell it what happens."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=HbbKind.choices, default=HbbKind.TARGETED)
    url = models.CharField(_("address"), max_length=1000, help_text=_("What devices open."))
    api_key = models.CharField(_("key for devices"), max_length=200, blank=True, help_text=_("Devices are told it."))
    takes_activity = models.BooleanField(_("wants to know what viewers do"), default=True)
    takes_errors = models.BooleanField(_("wants to know of errors"), default=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("HbbTV provider")
        verbose_name_plural = _("HbbTV providers")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="hbb_provider_name"),)

    def __str__(self) -> str:
        return self.name


class HbbChannel(OperatorOwned):
    """A channel as an HbbTV provider knows it."""

    provider = models.ForeignKey(HbbProvider, models.CASCADE, related_name="channels", verbose_name=_("provider"))
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="hbb_channels", verbose_name=_("channel"))
    channel_pid = models.CharField(_("id at the provider"), max_length=100)

    class Meta:
        verbose_name = _("HbbTV channel")
        verbose_name_plural = _("HbbTV channels")
        ordering = ("provider", "channel")
        constraints = (models.UniqueConstraint(fields=("provider", "channel"), name="hbb_channel_once"),)

    def __str__(self) -> str:
        return f"{self.channel} ({self.channel_pid})"


class HbbEvent(OperatorOwned):
    """Something that a provider shows on a channel at a moment. `data` is the provider's own, an object."""

    hbb_channel = models.ForeignKey(HbbChannel, models.CASCADE, related_name="events", verbose_name=_("channel"))
    at = models.DateTimeField(_("time"), db_index=True)
    kind = models.CharField(_("type"), max_length=40, help_text=_("The provider's word for it, such as banner."))
    data = models.JSONField(_("data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("HbbTV event")
        verbose_name_plural = _("HbbTV events")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class HbbReportKind(models.TextChoices):
    ACTIVITY = "activity", _("activity")
    ERROR = "error", _("error")


class HbbReport(OperatorOwned):
    """What a device told of a provider's pages. Kept for a while and at most so many, for the provider to be given."""

    provider = models.ForeignKey(HbbProvider, models.CASCADE, related_name="reports", verbose_name=_("provider"))
    kind = models.CharField(_("kind"), max_length=10, choices=HbbReportKind.choices)
    at = models.DateTimeField(_("time"), auto_now_add=True)
    event_ref = models.CharField(_("event"), max_length=60, blank=True)
    device_uid = models.CharField(_("device id"), max_length=100, blank=True)
    message = models.CharField(_("error"), max_length=200, blank=True)
    entries = models.JSONField(_("entries"), default=list)

    class Meta:
        verbose_name = _("HbbTV report")
        verbose_name_plural = _("HbbTV reports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.event_ref}"

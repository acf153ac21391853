"""Dashboards with ribbons, selections, applications, home feeds, banners and legal documents."""

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Tariff
from headend.operators.models import Localized, OperatorOwned
from headend.portal import rules
from headend.subscribers.models import Account, DeviceType

SYSTEM_NAME = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", _("Letters, figures, dots, dashes and underscores only."))


class RibbonType(models.IntegerChoices):
    MAIN_MENU = rules.RibbonType.MAIN_MENU, _("main menu")
    WIDGETS = rules.RibbonType.WIDGETS, _("widgets")
    CHANNELS = rules.RibbonType.CHANNELS, _("channels")
    PROGRAMMES = rules.RibbonType.PROGRAMMES, _("programmes")
    TITLES = rules.RibbonType.TITLES, _("titles")
    SELECTION = rules.RibbonType.SELECTION, _("a selection")
    RECENT_CHANNELS = rules.RibbonType.RECENT_CHANNELS, _("recent channels")
    RECENT_PROGRAMMES = rules.RibbonType.RECENT_PROGRAMMES, _("recent programmes")
    RECENT_TITLES = rules.RibbonType.RECENT_TITLES, _("recent titles")
    SLIDER = rules.RibbonType.SLIDER, _("slider")
    PLAYER = rules.RibbonType.PLAYER, _("player")
    GENRES = rules.RibbonType.GENRES, _("genres")


class ItemKind(models.IntegerChoices):
    CHANNEL = rules.ItemKind.CHANNEL, _("channels")
    PROGRAMME = rules.ItemKind.PROGRAMME, _("programmes")
    TITLE = rules.ItemKind.TITLE, _("titles")
    CAMERA = rules.ItemKind.CAMERA, _("cameras")
    RADIO = rules.ItemKind.RADIO, _("radio")
    AD = rules.ItemKind.AD, _("advertising movies")
    APPLICATION = rules.ItemKind.APPLICATION, _("applications")


class Origin(models.IntegerChoices):
    BY_HAND = 0, _("chosen by hand")
    BY_RULE = 1, _("found by a rule")


class ApplicationType(models.IntegerChoices):
    WEB = rules.ApplicationType.WEB, _("web application")
    INTERNAL = rules.ApplicationType.INTERNAL, _("screen of the portal")
    TITLES = rules.ApplicationType.TITLES, _("link to a section of titles")
    STREAM = rules.ApplicationType.STREAM, _("address of a stream")
    WIDGET = rules.ApplicationType.WIDGET, _("widget")
    ANDROID_SETTINGS = rules.ApplicationType.ANDROID_SETTINGS, _("Android settings")
    ANDROID_MENU = rules.ApplicationType.ANDROID_MENU, _("Android menu of applications")
    ANDROID_APPLICATION = rules.ApplicationType.ANDROID_APPLICATION, _("Android application")
    CHANNELS = rules.ApplicationType.CHANNELS, _("link to a section of channels")
    SYSTEM = rules.ApplicationType.SYSTEM, _("system application")


class DocumentType(models.IntegerChoices):
    SIGN_IN = rules.DocumentType.SIGN_IN, _("at sign-in")
    REGISTRATION = rules.DocumentType.REGISTRATION, _("at registration")
    PAYMENT = rules.DocumentType.PAYMENT, _("at payment")
    SUBSCRIPTION = rules.DocumentType.SUBSCRIPTION, _("when a tariff is taken")


class AspectRatio(models.TextChoices):
    WIDE = "16:9", "16:9"
    STANDARD = "4:3", "4:3"
    SQUARE = "1:1", "1:1"
    PHOTO = "3:2", "3:2"
    POSTER = "2:3", "2:3"


class Addressed(OperatorOwned):
    """What is shown to some and not to others, and from when until when."""

    is_enabled = models.BooleanField(_("enabled"), default=True)
    published_from = models.DateField(_("shown from"), null=True, blank=True)
    published_to = models.DateField(_("shown until"), null=True, blank=True, help_text=_("This day is the last."))
    tariffs = models.ManyToManyField(
        Tariff, blank=True, related_name="+", verbose_name=_("tariffs"), help_text=_("Empty: whatever one holds.")
    )
    cities = models.JSONField(_("cities"), default=list, blank=True, help_text=_("One per line; empty: everywhere."))

    class Meta:
        abstract = True


# --- dashboards ------------------------------------------------------------------------------------------------------


class Dashboard(OperatorOwned):
    """What a portal begins with: ribbons one below the other. `templates` and `device_types` say for which portals."""

    name = models.CharField(_("name"), max_length=100)
    templates = models.JSONField(
        _("portal templates"),
        default=list,
        blank=True,
        help_text=_("For which portals, by the names of their templates; empty: for all."),
    )
    device_types = models.ManyToManyField(
        DeviceType, blank=True, related_name="+", verbose_name=_("device types"), help_text=_("Empty: all.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboards")
        ordering = ("sort", "name", "id")

    def __str__(self) -> str:
        return self.name


class Ribbon(Addressed):
    """A row of a dashboard. `attributes` is what `rules.read_attributes` reads; `name` is the title on the screen."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="ribbons", verbose_name=_("dashboard"))
    kind = models.PositiveSmallIntegerField(_("type"), choices=RibbonType.choices, default=RibbonType.CHANNELS)
    name = models.CharField(_("title"), max_length=200, blank=True)
    name_lang1 = models.CharField(_("title, language 1"), max_length=200, blank=True)
    name_lang2 = models.CharField(_("title, language 2"), max_length=200, blank=True)
    name_lang3 = models.CharField(_("title, language 3"), max_length=200, blank=True)
    name_lang4 = models.CharField(_("title, language 4"), max_length=200, blank=True)
    name_lang5 = models.CharField(_("title, language 5"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    screens = models.JSONField(
        _("screens"),
        default=list,
        blank=True,
        help_text=_("Labels of the screens it stands on, such as main, kids; empty: all."),
    )
    cover_url = models.CharField(_("picture"), max_length=500, blank=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("ribbon")
        verbose_name_plural = _("ribbons")
        ordering = ("dashboard", "sort", "id")

    def __str__(self) -> str:
        return self.name or str(self.get_kind_display())


# --- selections and applications -------------------------------------------------------------------------------------


class Selection(OperatorOwned, Localized):
    """Items of one kind under a title: chosen by hand, or found by a rule (`rules.read_rule`) when they are asked for.

    The wire calls the kind `content_type`, and `type` is 0 by hand and 1 by a rule.
    """

    kind = models.PositiveSmallIntegerField(_("of"), choices=ItemKind.choices, default=ItemKind.CHANNEL)
    origin = models.PositiveSmallIntegerField(_("made"), choices=Origin.choices, default=Origin.BY_HAND)
    rule = models.JSONField(_("rule"), default=dict, blank=True)
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Hidden ones are in no list of selections; ribbons show them.")
    )
    promo_image = models.CharField(_("picture"), max_length=500, blank=True)
    promo_image_lang1 = models.CharField(_("picture, language 1"), max_length=500, blank=True)
    promo_image_lang2 = models.CharField(_("picture, language 2"), max_length=500, blank=True)
    promo_image_lang3 = models.CharField(_("picture, language 3"), max_length=500, blank=True)
    promo_image_lang4 = models.CharField(_("picture, language 4"), max_length=500, blank=True)
    promo_image_lang5 = models.CharField(_("picture, language 5"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
        ordering = ("name", "id")


class SelectionItem(models.Model):
    """An item of a selection by hand, by its number among the selection's kind; what is gone is passed over."""

    selection = models.ForeignKey(Selection, models.CASCADE, related_name="items")
    number = models.BigIntegerField(_("number"))
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("selection", "number"), name="selection_item_once"),)
        indexes = (models.Index(fields=("number",), name="selection_item_number"),)

    def __str__(self) -> str:
        return f"{self.selection_id}/{self.number}"


class Application(OperatorOwned, Localized):
    """An external application, or a widget of a dashboard. `attributes` are texts by name (`check_application`)."""

    system_name = models.CharField(_("system name"), max_length=60, validators=[SYSTEM_NAME])
    kind = models.PositiveSmallIntegerField(_("type"), choices=ApplicationType.choices, default=ApplicationType.WEB)
    url = models.CharField(
        _("address"),
        max_length=1000,
        blank=True,
        help_text=_("Of the page or stream; for Android applications their id, for news widgets the feed."),
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    show_in_main_menu = models.BooleanField(_("in the main menu"), default=False)
    icon_url = models.CharField(_("icon"), max_length=500, blank=True)
    icon_focus_url = models.CharField(_("icon when focused"), max_length=500, blank=True)
    css_style = models.CharField(_("CSS class"), max_length=200, blank=True)
    templates = models.JSONField(
        _("portal templates"),
        default=list,
        blank=True,
        help_text=_("For which portals, by the names of their templates; empty: for all."),
    )
    device_types = models.ManyToManyField(
        DeviceType, blank=True, related_name="+", verbose_name=_("device types"), help_text=_("Empty: all.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ("sort", "name", "id")
        constraints = (models.UniqueConstraint(fields=("operator", "system_name"), name="application_system_name"),)


class HomeFeed(OperatorOwned, Localized):
    """A row of the home screen of Android televisions: a selection, or what the household was watching."""

    selection = models.ForeignKey(
        Selection, models.SET_NULL, null=True, blank=True, related_name="home_feeds", verbose_name=_("selection")
    )
    is_continue_watching = models.BooleanField(
        _("what was being watched"), default=False, help_text=_("Instead of a selection.")
    )
    most = models.PositiveSmallIntegerField(
        _("entries at most"), default=20, validators=[MaxValueValidator(rules.MOST_LISTED)]
    )
    needs_sign_in = models.BooleanField(_("only for those signed in"), default=False)
    device_types = models.ManyToManyField(
        DeviceType, blank=True, related_name="+", verbose_name=_("device types"), help_text=_("Empty: all.")
    )
    deep_link = models.CharField(
        _("where an entry leads"),
        max_length=500,
        blank=True,
        help_text=_("With $kind (video, channel, program), $id and $channel. Empty: headend://$kind/$id"),
    )
    aspect_ratio = models.CharField(
        _("shape of the posters"), max_length=5, choices=AspectRatio.choices, default=AspectRatio.WIDE
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("home feed")
        verbose_name_plural = _("home feeds")
        ordering = ("sort", "name", "id")


# --- banners and documents -------------------------------------------------------------------------------------------


class TargetBanner(Addressed):
    """A banner for some: accounts, holders of tariffs, people in a city, those whose birthday it is."""

    name = models.CharField(_("name"), max_length=200)
    image_url = models.CharField(_("picture"), max_length=500, blank=True)
    message = models.TextField(_("message"), blank=True)
    deep_link = models.CharField(_("where it leads"), max_length=1000, blank=True)
    accounts = models.ManyToManyField(
        Account,
        blank=True,
        related_name="+",
        verbose_name=_("accounts"),
        help_text=_("These, and those who hold one of the tariffs. Both empty: everybody."),
    )
    for_birthday = models.BooleanField(_("on the customer's birthday"), default=False)
    meta = models.JSONField(_("extra data"), default=dict, blank=True)
    sort = models.PositiveIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("target banner")
        verbose_name_plural = _("target banners")
        ordering = ("sort", "id")

    def __str__(self) -> str:
        return self.name


class LegalDocument(OperatorOwned, Localized):
    """A text that people read or accept. Another `version` is asked for again."""

    kind = models.PositiveSmallIntegerField(_("shown"), choices=DocumentType.choices, default=DocumentType.SIGN_IN)
    version = models.CharField(
        _("version"), max_length=40, default="1", help_text=_("With another version everybody is asked again.")
    )
    needs_acceptance = models.BooleanField(_("has to be accepted"), default=True)
    text = models.TextField(_("text"), blank=True, help_text="HTML")
    text_lang1 = models.TextField(_("text, language 1"), blank=True)
    text_lang2 = models.TextField(_("text, language 2"), blank=True)
    text_lang3 = models.TextField(_("text, language 3"), blank=True)
    text_lang4 = models.TextField(_("text, language 4"), blank=True)
    text_lang5 = models.TextField(_("text, language 5"), blank=True)
    tariffs = models.ManyToManyField(
        Tariff,
        blank=True,
        related_name="+",
        verbose_name=_("tariffs"),
        help_text=_("Only with these tariffs; empty: with every one."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("legal document")
        verbose_name_plural = _("legal documents")
        ordering = ("kind", "sort", "id")


class Acceptance(OperatorOwned):
    """Who accepted which version of a document: an account, or a device before anybody signed in on it.

    `subject` is what makes it unique ("account:12", "device:…"): a condition would not be kept by every engine. The
    number stays when the account is deleted.
    """

    document = models.ForeignKey(
        LegalDocument, models.CASCADE, related_name="acceptances", verbose_name=_("legal document")
    )
    version = models.CharField(_("version"), max_length=40)
    subject = models.CharField(max_length=210, editable=False)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    account_number = models.BigIntegerField(_("account number"), null=True, blank=True)
    device_uid = models.CharField(_("device id"), max_length=200, blank=True)
    device_model = models.CharField(_("model"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    text_digest = models.CharField(
        _("digest of the text"), max_length=64, blank=True, help_text=_("SHA-256 of the text as it was shown.")
    )
    accepted_at = models.DateTimeField(_("accepted"), auto_now_add=True)

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ("-accepted_at", "-id")
        constraints = (models.UniqueConstraint(fields=("document", "version", "subject"), name="acceptance_once"),)

    def __str__(self) -> str:
        return f"{self.document} {self.version}"

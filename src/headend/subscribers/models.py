"""Customers, their accounts, devices, sessions and subscriptions; the types of devices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Channel, Tariff
from headend.delivery.models import DataCentre
from headend.operators.models import Dealer, OperatorOwned


class DeviceGroup(models.IntegerChoices):
    SET_TOP_BOX = 0, _("set-top box")
    SMART_TV = 1, _("smart television")
    MOBILE = 2, _("mobile")
    OTHER = 3, _("other")


class WireFormat(models.TextChoices):
    JSON = "json", "JSON"
    XML = "xml", "XML"


class AuthMode(models.TextChoices):
    ANY = "", _("as the device likes")
    PASSWORD = "password", _("login and password")  # noqa: S105 the wire's word for a mode
    LOGIN = "abonement", _("login only")
    DEVICE = "device_uid", _("device id")
    DEVICE_ONLY = "device_uid_wo_fallback", _("device id, nothing else")


class DeviceType(models.Model):
    """A type of device the platform knows; global. `system_name` is what devices call themselves."""

    name = models.CharField(_("name"), max_length=100)
    system_name = models.CharField(_("system name"), max_length=60, unique=True)
    group = models.PositiveSmallIntegerField(_("group"), choices=DeviceGroup.choices, default=DeviceGroup.OTHER)
    wire_format = models.CharField(_("answers in"), max_length=4, choices=WireFormat.choices, default=WireFormat.JSON)

    class Meta:
        verbose_name = _("device type")
        verbose_name_plural = _("device types")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class OperatorDeviceType(OperatorOwned):
    """A device type that an operator serves, and the settings of its portal or application."""

    device_type = models.ForeignKey(DeviceType, models.CASCADE, related_name="+", verbose_name=_("device type"))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_basic = models.BooleanField(
        _("basic"),
        default=False,
        help_text=_("Basic devices are bound and counted apart from additional ones."),
    )
    wire_format = models.CharField(
        _("answers in"),
        max_length=4,
        choices=WireFormat.choices,
        blank=True,
        help_text=_("Empty: as the device type says."),
    )
    auth_mode = models.CharField(
        _("sign-in"), max_length=30, choices=AuthMode.choices, default=AuthMode.ANY, blank=True
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    template = models.CharField(_("portal template"), max_length=60, blank=True)
    logo_url = models.CharField(_("logo"), max_length=500, blank=True)
    logo_login_url = models.CharField(_("logo at sign-in"), max_length=500, blank=True)
    logo_loading_url = models.CharField(_("logo while loading"), max_length=500, blank=True)
    css_url = models.CharField(_("style sheet"), max_length=500, blank=True)
    custom_api_url = models.CharField(_("other API address"), max_length=500, blank=True)
    login_text = models.TextField(_("text at sign-in"), blank=True)
    standby_minutes = models.PositiveIntegerField(_("standby after, minutes"), default=0)
    archive_standby_minutes = models.PositiveIntegerField(_("standby in the archive after, minutes"), default=0)
    menu = models.JSONField(
        _("menu"),
        default=list,
        blank=True,
        help_text=_("Hidden sections of the menu: tvchannels, archive, radio, …"),
    )
    reports_enabled = models.BooleanField(_("devices report viewing"), default=True)
    autorefresh_enabled = models.BooleanField(_("devices refresh by themselves"), default=False)
    portal_config = models.JSONField(_("portal settings"), default=dict, blank=True)

    class Meta:
        verbose_name = _("device type in use")
        verbose_name_plural = _("device types in use")
        ordering = ("operator", "device_type__name")
        constraints = (models.UniqueConstraint(fields=("operator", "device_type"), name="operator_device_type_once"),)

    def __str__(self) -> str:
        return str(self.device_type)


class Customer(OperatorOwned):
    """The household or firm that pays."""

    dealer = models.ForeignKey(Dealer, models.SET_NULL, null=True, blank=True, verbose_name=_("dealer"))
    first_name = models.CharField(_("first name"), max_length=256, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=256, blank=True)
    last_name = models.CharField(_("last name"), max_length=256, blank=True)
    company_name = models.CharField(_("company"), max_length=256, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=10, blank=True)
    mobile_phone = models.CharField(_("mobile phone"), max_length=24, blank=True, db_index=True)
    phone_1 = models.CharField(_("phone 1"), max_length=24, blank=True)
    phone_2 = models.CharField(_("phone 2"), max_length=24, blank=True)
    fax = models.CharField(_("fax"), max_length=24, blank=True)
    email = models.EmailField(_("email"), max_length=254, blank=True)
    postal_address = models.JSONField(_("postal address"), default=dict, blank=True)
    billing_address = models.JSONField(_("billing address"), default=dict, blank=True)
    sealed_documents = models.TextField(editable=False, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    is_trial = models.BooleanField(_("trial"), default=False)
    sends_sms = models.BooleanField(_("gets SMS"), default=True)
    sends_email = models.BooleanField(_("gets email"), default=True)
    comment = models.TextField(_("comment"), blank=True)
    meta = models.JSONField(_("extra data"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ("last_name", "first_name", "id")
        constraints = (models.UniqueConstraint(fields=("operator", "external_id"), name="customer_external_id"),)

    def __str__(self) -> str:
        person = " ".join(filter(None, (self.first_name, self.last_name)))
        return person or self.company_name or f"#{self.pk}"


class StatusReason(models.TextChoices):
    """The wire's own words; other text is allowed too."""

    ACTIVE = "ACTIVE", _("active")
    DEBT = "DEBT", _("debt")
    BLOCK = "BLOCK", _("blocked by the subscriber")
    INACTIVE = "INACTIVE", _("inactive")
    WAIT = "WAIT", _("waiting")


class Account(OperatorOwned):
    """A login of a customer. `number` is what viewers type (`abonement` on the wire), unique in the operator."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="accounts", verbose_name=_("customer"))
    number = models.BigIntegerField(_("number"))
    password = models.CharField(max_length=200, editable=False, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    status_reason = models.CharField(_("status"), max_length=60, default=StatusReason.ACTIVE)
    auto_activation_days = models.PositiveSmallIntegerField(_("days from first sign-in"), null=True, blank=True)
    activates_on = models.DateField(_("active from"), null=True, blank=True)
    deactivates_on = models.DateField(_("active until"), null=True, blank=True)
    extends_on = models.DateField(_("next charge"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    last_address = models.CharField(_("last address"), max_length=45, blank=True, editable=False)

    allow_multiple_login = models.BooleanField(_("any number of devices"), default=False)
    allow_login_by_number = models.BooleanField(_("may sign in without password"), default=False)
    allow_login_by_device = models.BooleanField(_("may sign in by device id"), default=True)
    allow_login_by_address = models.BooleanField(_("may sign in by IP address"), default=False)
    subnets = models.TextField(_("subnets"), blank=True, help_text=_('Separated by ";". Sign-in only from these.'))
    allowed_device_groups = models.JSONField(
        _("allowed device groups"),
        default=list,
        blank=True,
        help_text=_("0 set-top box, 1 smart television, 2 mobile, 3 other; empty: all."),
    )
    sealed_parent_code = models.TextField(editable=False, blank=True)
    use_timeshift = models.BooleanField(_("uses time shift"), default=False)
    timeshift_minutes = models.SmallIntegerField(_("preferred shift, minutes"), default=0)
    data_centre = models.ForeignKey(DataCentre, models.SET_NULL, null=True, blank=True, verbose_name=_("data centre"))
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    template = models.CharField(_("portal template"), max_length=60, blank=True)
    option1 = models.CharField(_("option 1"), max_length=200, blank=True)
    option2 = models.CharField(_("option 2"), max_length=200, blank=True)
    option3 = models.CharField(_("option 3"), max_length=200, blank=True)
    settings = models.JSONField(_("settings of the devices"), default=dict, blank=True)
    needs_settings_reset = models.BooleanField(_("reset the devices' settings"), default=False)
    meta = models.JSONField(_("extra data"), default=dict, blank=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("operator", "number"), name="account_number"),)

    def __str__(self) -> str:
        return str(self.number)


class TariffSubscription(OperatorOwned):
    """A tariff that a customer holds, for all accounts or for one, from when to when."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="subscriptions", verbose_name=_("customer"))
    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("account"),
        help_text=_("Empty: all accounts of the customer."),
    )
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="subscriptions", verbose_name=_("tariff"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ("-starts_at", "-id")

    def __str__(self) -> str:
        return str(self.tariff)


class Device(OperatorOwned):
    """A device bound to an account. `uid` is its MAC or another stable id, unique in the operator."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="devices", verbose_name=_("account"))
    device_type = models.ForeignKey(
        DeviceType, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("device type")
    )
    uid = models.CharField(_("device id"), max_length=200)
    serial_number = models.CharField(_("serial number"), max_length=200, blank=True)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    software = models.CharField(_("software"), max_length=100, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_basic = models.BooleanField(_("basic"), default=False)
    created_at = models.DateTimeField(_("bound"), auto_now_add=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ("-created_at", "-id")
        constraints = (models.UniqueConstraint(fields=("operator", "uid"), name="device_uid"),)

    def __str__(self) -> str:
        return self.uid


class Session(OperatorOwned):
    """A signed-in device. The token itself (`authkey` on the wire) is known only to the device."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sessions", verbose_name=_("account"))
    device = models.ForeignKey(
        Device, models.CASCADE, null=True, blank=True, related_name="sessions", verbose_name=_("device")
    )
    device_type = models.ForeignKey(
        DeviceType, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("device type")
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    device_uid = models.CharField(_("device id"), max_length=200, blank=True)
    is_basic = models.BooleanField(_("basic"), default=False)
    address = models.CharField(_("address"), max_length=45, blank=True)
    created_at = models.DateTimeField(_("signed in"))
    last_seen_at = models.DateTimeField(_("last seen"), db_index=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-last_seen_at",)

    def __str__(self) -> str:
        return f"{self.account} {self.device_uid}"


class AccountChannel(models.Model):
    """What an account thinks of a channel: favourite, hidden, behind the code, at which place."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="channels")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    is_favourite = models.BooleanField(_("favourite"), default=False)
    is_hidden = models.BooleanField(_("hidden"), default=False)
    needs_parent_code = models.BooleanField(_("asks for the parental code"), default=False)
    sort = models.PositiveIntegerField(_("position"), null=True, blank=True)

    class Meta:
        verbose_name = _("account's channel")
        verbose_name_plural = _("account's channels")
        constraints = (models.UniqueConstraint(fields=("account", "channel"), name="account_channel_once"),)

    def __str__(self) -> str:
        return f"{self.account_id} {self.channel_id}"

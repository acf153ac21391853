"""Customers, their accounts, devices, sessions and subscriptions; the types of devices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.catalog.models import Channel, Tariff, VirtualTariff
from headend.delivery.models import DataCentre
from headend.operators.models import CURRENCY, Dealer, Localized, OperatorOwned
from headend.subscribers.ports import Medium


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
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=[CURRENCY])
    is_trial = models.BooleanField(_("trial"), default=False)
    billing_handler = models.PositiveIntegerField(
        _("billed elsewhere by"),
        null=True,
        blank=True,
        help_text=_("The number of another billing system, which charges this customer; empty: the billing run does."),
    )
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
    """A login of a customer. `number` is what viewers type (`abonement` on the wire), unique in the operator.

    `charge_day` is the day of the month of its charges: the 31st comes back after February. `waits_since`: a charge
    fell due while the account was out of service, and the next one is on the day on which it comes back.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="accounts", verbose_name=_("customer"))
    number = models.BigIntegerField(_("number"))
    password = models.CharField(max_length=200, editable=False, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    status_reason = models.CharField(_("status"), max_length=60, default=StatusReason.ACTIVE)
    auto_activation_days = models.PositiveSmallIntegerField(_("days from first sign-in"), null=True, blank=True)
    activates_on = models.DateField(_("active from"), null=True, blank=True)
    deactivates_on = models.DateField(_("active until"), null=True, blank=True, db_index=True)
    extends_on = models.DateField(_("next charge"), null=True, blank=True, db_index=True)
    charge_day = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    waits_since = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    registered_from = models.CharField(
        _("registered from"),
        max_length=45,
        blank=True,
        editable=False,
        help_text=_("The address it registered itself from; empty: somebody else made it."),
    )
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
    virtual_tariff = models.ForeignKey(
        VirtualTariff,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("given as virtual tariff"),
    )
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
    diagonal = models.CharField(_("diagonal"), max_length=20, blank=True)
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


class Profile(Localized, OperatorOwned):
    """Under what a household watches: a viewer's, a child's, a guest's. Every account of the operator has them all."""

    description = models.TextField(_("description"), blank=True)
    is_default = models.BooleanField(_("default"), default=False, help_text=_("Which devices begin with."))
    shows_adult_content = models.BooleanField(_("shows content for adults"), default=False)
    sort = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        ordering = ("operator", "sort", "id")


class AccountProfile(models.Model):
    """What an account calls one of the profiles."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="profiles", verbose_name=_("account"))
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+", verbose_name=_("profile"))
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("account's profile")
        verbose_name_plural = _("account's profiles")
        ordering = ("profile__sort", "profile_id")
        constraints = (models.UniqueConstraint(fields=("account", "profile"), name="account_profile_once"),)

    def __str__(self) -> str:
        return self.name


class PortalTemplate(OperatorOwned):
    """A look of the portal that subscribers may choose; `system_name` is what portals call it."""

    name = models.CharField(_("name"), max_length=100)
    system_name = models.SlugField(_("system name"), max_length=60, db_index=False)

    class Meta:
        verbose_name = _("portal template")
        verbose_name_plural = _("portal templates")
        ordering = ("operator", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "system_name"), name="portal_template_once"),)

    def __str__(self) -> str:
        return self.name


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
    profile = models.ForeignKey(
        Profile, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("profile")
    )
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


class AccountRefusal(models.Model):
    """Why a device was not let in to an account, when last and how often. The gate tells it every now and then."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="refused_sign_ins", verbose_name=_("account"))
    reason = models.CharField(_("reason"), max_length=30)
    device_uid = models.CharField(_("device id"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last"), db_index=True)

    class Meta:
        verbose_name = _("refused sign-in")
        verbose_name_plural = _("refused sign-ins")
        ordering = ("-last_at", "-id")
        constraints = (models.UniqueConstraint(fields=("account", "reason"), name="account_refusal_once"),)

    def __str__(self) -> str:
        return f"{self.account} {self.reason}"


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


# --- what households do by themselves ---


class RegistrationRules(OperatorOwned):
    """Whether and how households register themselves; without them nobody does."""

    is_enabled = models.BooleanField(_("registration is open"), default=False)
    needs_captcha = models.BooleanField(_("asks for the figures in a picture"), default=True)
    confirms_phone = models.BooleanField(
        _("confirms the phone by SMS"), default=False, help_text=_("A phone must then be given.")
    )
    accounts_per_hour = models.PositiveSmallIntegerField(
        _("registrations in an hour"), default=5, help_text=_("From one address; 0: any number.")
    )
    trial_days = models.PositiveSmallIntegerField(
        _("trial, days"),
        default=0,
        help_text=_("From the first sign-in, at most the operator's longest trial. 0: no trial."),
    )
    starts_in_service = models.BooleanField(
        _("in service at once"), default=False, help_text=_("Without a trial: whether the new account may watch.")
    )

    class Meta:
        verbose_name = _("registration rules")
        verbose_name_plural = _("registration rules")
        ordering = ("operator",)
        constraints = (models.UniqueConstraint(fields=("operator",), name="registration_rules_once"),)

    def __str__(self) -> str:
        return str(self.operator)


class TextGatewayKind(models.TextChoices):
    SMTP = "smtp", _("mail server (SMTP)")
    HTTP = "http", _("SMS gateway (HTTP)")
    OUTBOX = "outbox", _("a file, for trying out")


class TextGateway(OperatorOwned):
    """What an operator's texts to phones or to mail boxes are handed to; one for each medium."""

    medium = models.CharField(_("for"), max_length=10, choices=[(each.value, each.label) for each in Medium])
    kind = models.CharField(_("kind"), max_length=10, choices=TextGatewayKind.choices)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sender = models.CharField(
        _("sender"), max_length=200, blank=True, help_text=_("Name or number for SMS, address for email.")
    )
    host = models.CharField(_("mail server"), max_length=200, blank=True)
    port = models.PositiveIntegerField(_("port"), default=587)
    security = models.CharField(
        _("encryption"),
        max_length=10,
        choices=(("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _("none"))),
        default="starttls",
    )
    url = models.CharField(_("address of the gateway"), max_length=500, blank=True)
    sends_as = models.CharField(
        _("sends"),
        max_length=10,
        choices=(("query", _("GET, parameters")), ("form", _("POST, a form")), ("json", _("POST, JSON"))),
        default="form",
    )
    fields: models.JSONField = models.JSONField(_("parameters"), default=dict, blank=True)
    headers: models.JSONField = models.JSONField(_("headers"), default=dict, blank=True)
    expects = models.CharField(
        _("answer must hold"), max_length=100, blank=True, help_text=_("Empty: that it answers 2xx is enough.")
    )
    username = models.CharField(_("user name"), max_length=200, blank=True)
    sealed_secret = models.TextField(editable=False, blank=True)

    class Meta:
        verbose_name = _("text gateway")
        verbose_name_plural = _("text gateways")
        ordering = ("operator", "medium")
        constraints = (models.UniqueConstraint(fields=("operator", "medium"), name="text_gateway_once"),)

    def __str__(self) -> str:
        return f"{self.get_medium_display()}: {self.get_kind_display()}"


class CodePurpose(models.TextChoices):
    SIGN_IN = "sign_in"
    REGISTER = "register"
    RESET = "reset"
    PARENT_CODE = "parent_code"
    CHANGE_PHONE = "change_phone"


class ConfirmationCode(OperatorOwned):
    """The last code that was sent to a phone or mail box for one purpose, as a digest, and how often that was done.

    Times are seconds since the epoch: only `rules` compares them.
    """

    purpose = models.CharField(max_length=20, choices=CodePurpose.choices)
    recipient = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, blank=True)
    sent_at = models.BigIntegerField(db_index=True)
    wrong = models.PositiveSmallIntegerField(default=0)
    counted_from = models.BigIntegerField()
    sent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("operator", "purpose", "recipient"), name="confirmation_code_once"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.recipient}"


class Captcha(OperatorOwned):
    """A picture with figures that somebody (`asker`, a digest of address and device) has to read before registering."""

    asker = models.CharField(max_length=64)
    name = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64)
    picture = models.BinaryField()
    is_solved = models.BooleanField(default=False)
    expires_at = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "asker"), name="captcha_once"),)

    def __str__(self) -> str:
        return self.name


class QrLogin(OperatorOwned):
    """A television that waits to be signed in by a phone: the phone sends `code`, the television asks with `ticket`."""

    code_digest = models.CharField(max_length=64)
    ticket_digest = models.CharField(max_length=64, unique=True)
    device_uid = models.CharField(max_length=200)
    device_type = models.ForeignKey(DeviceType, models.SET_NULL, null=True, related_name="+")
    device_model = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=45, blank=True)
    expires_at = models.BigIntegerField(db_index=True)
    is_used = models.BooleanField(default=False)
    session = models.ForeignKey(Session, models.SET_NULL, null=True, related_name="+")
    sealed_token = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "code_digest"), name="qr_login_once"),)

    def __str__(self) -> str:
        return self.device_uid

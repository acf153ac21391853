"""Operators, staff, dealers, API keys; the audit log and the change feed that follow every write."""

from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.kernel.actor import ActorKind
from headend.operators.rules import Api, Role

CURRENCY = RegexValidator(r"^[A-Z]{3}\Z", _("A currency has three capital letters, such as EUR."))


class BillingMode(models.TextChoices):
    SIMPLE = "simple", _("Simple: one renewal date for the account")
    SUBSCRIPTION = "subscription", _("Subscription: each tariff renews on its own")


class Operator(models.Model):
    """A television operator or one of its virtual operators; every record of a service belongs to one."""

    name = models.CharField(_("name"), max_length=200)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent operator"),
    )
    path = models.CharField(max_length=250, editable=False, db_index=True, default="")
    uid = models.PositiveIntegerField(
        _("short code"),
        null=True,
        blank=True,
        unique=True,
        help_text=_("The number that viewers type on a shared portal."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    email = models.EmailField(_("email"), blank=True)
    domain_prefix = models.CharField(_("domain prefix"), max_length=60, blank=True)
    site_url = models.URLField(_("site"), blank=True)
    logo_url = models.CharField(_("logo"), max_length=500, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    language = models.CharField(_("language"), max_length=10, default="en")
    extra_languages = models.JSONField(
        _("extra languages"),
        default=list,
        blank=True,
        help_text=_("Up to five language codes; names have one extra column for each, in this order."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY])
    billing_mode = models.CharField(
        _("billing mode"), max_length=20, choices=BillingMode.choices, default=BillingMode.SIMPLE
    )
    max_trial_days = models.PositiveSmallIntegerField(_("longest trial, days"), default=0)
    contract_number_mask = models.CharField(
        _("contract number mask"),
        max_length=60,
        blank=True,
        help_text=_("Such as C-{year}-{number:5}. Empty: contracts are not numbered by themselves."),
    )
    invoice_number_mask = models.CharField(
        _("invoice number mask"),
        max_length=60,
        blank=True,
        help_text=_("Such as {year}/{month}/{number:4}. Empty: {year}-{number:6}."),
    )
    portal_url = models.URLField(_("portal"), blank=True, help_text=_("Where viewers of a shared portal are sent."))
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        ordering = ("path", "id")

    def __str__(self) -> str:
        return self.name


class Numbered(models.TextChoices):
    """The documents that an operator's masks number."""

    INVOICE = "invoice"
    CONTRACT = "contract"


class NumberSeries(models.Model):
    """The last number of a series. Whoever numbers a document holds this row, so that no number is left out."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Numbered.choices)
    series = models.CharField(max_length=10, blank=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "kind", "series"), name="number_series_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.series} {self.last}"


class OperatorQuerySet(models.QuerySet[Any]):
    """Scoping lives in the query layer: whoever reads on behalf of an operator starts from one of these."""

    def of(self, operator_id: int) -> Self:
        """Keep what belongs to this one operator."""
        return self.filter(operator_id=operator_id)

    def within(self, operator: Operator) -> Self:
        """Keep what belongs to this operator or to one below it in the tree."""
        return self.filter(operator__path__startswith=operator.path)


class OperatorOwned(models.Model):
    """A record that belongs to exactly one operator."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="+", verbose_name=_("operator"), db_index=True)

    objects = OperatorQuerySet.as_manager()

    class Meta:
        abstract = True


class Localized(models.Model):
    """A name in the operator's language and in up to five extra ones (wire names name, name_lang1..5)."""

    name = models.CharField(_("name"), max_length=200)
    name_lang1 = models.CharField(_("name, language 1"), max_length=200, blank=True)
    name_lang2 = models.CharField(_("name, language 2"), max_length=200, blank=True)
    name_lang3 = models.CharField(_("name, language 3"), max_length=200, blank=True)
    name_lang4 = models.CharField(_("name, language 4"), max_length=200, blank=True)
    name_lang5 = models.CharField(_("name, language 5"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Dealer(OperatorOwned):
    """A reseller: sees and serves only the customers it brought in."""

    name = models.CharField(_("name"), max_length=200)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=24, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    allowed_subnets = models.TextField(
        _("allowed subnets"), blank=True, help_text=_("One per line; empty allows any address.")
    )

    class Meta:
        verbose_name = _("dealer")
        verbose_name_plural = _("dealers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Staff(AbstractUser):
    """A person who works in the console. Without an operator only the superuser role makes sense."""

    operator = models.ForeignKey(
        Operator, models.CASCADE, null=True, blank=True, related_name="staff", verbose_name=_("operator")
    )
    role = models.CharField(
        _("role"),
        max_length=20,
        choices=[(role.value, role.label) for role in Role],
        default=Role.SUPPORT.value,
    )
    dealer = models.ForeignKey(Dealer, models.SET_NULL, null=True, blank=True, verbose_name=_("dealer"))
    language = models.CharField(_("console language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")


class ApiKey(OperatorOwned):
    """A key of one API. Compared by digest; sealed too where requests are signed with it (`Api.signs`).

    `scopes` (`rules.SCOPES`) and `expires_at` are for the REST API; `last_used_at` is right to the minute.
    """

    api = models.CharField(_("API"), max_length=20, choices=[(api.value, api.label) for api in Api])
    dealer = models.ForeignKey(
        Dealer, models.CASCADE, null=True, blank=True, related_name="keys", verbose_name=_("dealer")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    sealed = models.TextField(editable=False, blank=True)
    scopes: Any = models.JSONField(_("may"), default=list, blank=True)
    hint = models.CharField(_("ends with"), max_length=8, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True, help_text=_("Empty: never."))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("operator", "api", "id")

    def __str__(self) -> str:
        return f"{self.get_api_display()} …{self.hint}"


class KeptAnswer(models.Model):
    """What a request with an idempotency key was answered, so that its repetitions are answered the same.

    `digest` is the idempotency key's, `fingerprint` the request's, `holder` whoever carries it out; `status` is empty
    as long as that lasts. `sealed` is [headers, body]: answers may hold secrets that are told once.
    """

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    holder = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    sealed = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "digest"), name="kept_answer_once"),)

    def __str__(self) -> str:
        return self.digest


class AuditEntry(models.Model):
    """Who wrote what, when and from where. Written in the transaction of the write itself."""

    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    operator = models.ForeignKey(Operator, models.SET_NULL, null=True, related_name="+", verbose_name=_("operator"))
    actor_kind = models.CharField(_("by"), max_length=10, choices=[(k.value, k.value) for k in ActorKind])
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("who"), max_length=200)
    address = models.CharField(_("address"), max_length=45, blank=True)
    verb = models.CharField(_("what"), max_length=40)
    entity = models.CharField(_("entity"), max_length=60, db_index=True)
    object_id = models.BigIntegerField(_("number"), null=True)
    object_name = models.CharField(_("name"), max_length=200, blank=True)
    changes: Any = models.JSONField(_("changes"), default=dict)
    is_news = models.BooleanField(null=True, editable=False, db_index=True)
    """True until webhooks have taken it (`rules.EVENT_ENTITIES`), then empty."""

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ("-id",)
        indexes = (models.Index(fields=("entity", "object_id"), name="audit_object"),)

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.entity} {self.object_name}"


class Change(models.Model):
    """News for the gate: something about this record changed. Rows are read in order and soon deleted."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    operator = models.ForeignKey(Operator, models.CASCADE, null=True, related_name="+")
    entity = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.id} {self.entity} {self.object_id}"

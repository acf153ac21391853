"""The ledger, payments and their gateways, saved cards, promo codes, and what subscriptions are paid until."""

from typing import Any, NoReturn

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from headend.billing.errors import Immutable
from headend.billing.fields import AMOUNT as AMOUNT
from headend.billing.other_systems import GatewayNotice as GatewayNotice
from headend.billing.other_systems import OtherBilling as OtherBilling
from headend.billing.other_systems import Verdict as Verdict
from headend.billing.rules import Basis, rounded
from headend.catalog.models import Tariff
from headend.operators.models import Dealer, OperatorOwned, OperatorQuerySet
from headend.subscribers.models import Account, Customer, TariffSubscription


class Kind(models.TextChoices):
    """What a transaction was for."""

    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    SUBSCRIPTION = "subscription", _("subscription")
    TITLE = "title", _("title on demand")
    PROMO = "promo", _("promo code")
    CORRECTION = "correction", _("correction")
    PAYOUT = "payout", _("payout to a dealer")
    OPENING = "opening", _("opening balance")


class Book(models.TextChoices):
    """The accounts of the ledger. What is positive in a customer's is the customer's, and missing in another."""

    CUSTOMERS = "customers", _("customers")
    MONEY = "money", _("money that came in")
    SALES = "sales", _("sales")
    TAXES = "taxes", _("taxes")
    GIFTS = "gifts", _("gifts")
    CORRECTIONS = "corrections", _("corrections")
    DEALERS = "dealers", _("dealers")
    COMMISSIONS = "commissions", _("commissions")
    OPENINGS = "openings", _("opening balances")


class LedgerQuerySet(OperatorQuerySet):
    """What is in the ledger stays as it is; several can be added at once."""

    def update(self, **fields: Any) -> NoReturn:
        raise Immutable("the ledger is not changed; post a correction")

    def delete(self) -> NoReturn:
        raise Immutable("nothing is deleted from the ledger; post a correction")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Immutable("the ledger is not changed; post a correction")


class LedgerRecord(OperatorOwned):
    """A record that is written once. Only the operator's own end takes it away, and a customer's their name."""

    objects = LedgerQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if self.pk is not None:
            raise Immutable("the ledger is not changed; post a correction")
        super().save(**options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise Immutable("nothing is deleted from the ledger; post a correction")


class Transaction(LedgerRecord):
    """A movement of money: entries of one currency that sum to zero. `external_id` is another system's number.

    Only an operator's end deletes transactions, so `corrects` may be emptied then: in which order does not matter.
    """

    kind = models.CharField(_("for"), max_length=12, choices=Kind.choices)
    currency = models.CharField(_("currency"), max_length=3)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True)
    corrects = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    at = models.DateTimeField(_("time"), db_index=True)

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("operator", "external_id"), name="transaction_external_id"),)

    def __str__(self) -> str:
        return f"#{self.pk} {Kind(self.kind).label}"


class Entry(LedgerRecord):
    """One side of a transaction. A customer's balance is the sum of their entries, and so is what a dealer is owed.

    `customer` belongs to the book of customers, `dealer` to that of dealers; empty there once they were deleted.
    """

    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="entries", verbose_name=_("transaction"))
    book = models.CharField(_("book"), max_length=12, choices=Book.choices)
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="entries", verbose_name=_("customer")
    )
    dealer = models.ForeignKey(
        Dealer, models.SET_NULL, null=True, blank=True, related_name="entries", verbose_name=_("dealer")
    )
    amount = models.DecimalField(_("amount"), **AMOUNT)
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ("-id",)
        indexes = (models.Index(fields=("operator", "at"), name="entry_time"),)
        constraints = (
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something"),
            models.CheckConstraint(condition=Q(book="customers") | Q(customer=None), name="entry_customer_book"),
            models.CheckConstraint(condition=Q(book="dealers") | Q(dealer=None), name="entry_dealer_book"),
        )

    def __str__(self) -> str:
        return f"{rounded(self.amount, self.currency)} {self.currency}"


class Merchant(OperatorOwned):
    """An operator's contract with a payment gateway, by which its subscribers pay.

    `gateway` is the adapter, `code` what devices (`merchant_type`) and the gateway's notices call the contract.
    """

    gateway = models.CharField(_("gateway"), max_length=30)
    code = models.SlugField(
        _("called"),
        max_length=30,
        blank=True,
        help_text=_("By devices and in the address of notices. Empty: as the gateway."),
    )
    name = models.CharField(_("name"), max_length=100)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_default = models.BooleanField(
        _("used first"), default=False, help_text=_("Where a device does not say by which gateway it wants to pay.")
    )
    options: Any = models.JSONField(_("settings"), default=dict, blank=True)
    sealed_secret = models.TextField(editable=False, blank=True)
    sealed_notice_secret = models.TextField(editable=False, blank=True)

    class Meta:
        verbose_name = _("payment gateway")
        verbose_name_plural = _("payment gateways")
        ordering = ("-is_default", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "code"), name="merchant_code"),)

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        self.code = self.code or self.gateway
        super().save(**options)


class SavedCard(OperatorOwned):
    """A card that a gateway remembers for a customer. Its number is never here: a token, sealed, and a mask."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="cards", verbose_name=_("customer"))
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="cards", verbose_name=_("payment gateway"))
    sealed_token = models.TextField(editable=False)
    token_digest = models.CharField(max_length=64, editable=False)
    mask = models.CharField(_("card"), max_length=30)
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    for_autopayment = models.BooleanField(_("charged by itself"), default=False)
    is_phone_app = models.BooleanField(_("transfer application"), default=False)
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved card")
        verbose_name_plural = _("saved cards")
        ordering = ("-for_autopayment", "-id")
        constraints = (
            models.UniqueConstraint(fields=("customer", "merchant", "token_digest"), name="saved_card_once"),
        )

    def __str__(self) -> str:
        return self.mask


class PaymentStatus(models.TextChoices):
    PENDING = "pending", _("pending")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")


class Payment(OperatorOwned):
    """Money that a customer pays in. Once paid, `transaction` is its place in the ledger.

    `merchant` is empty for what staff write down; `reference` is the gateway's number of it; `session` an unguessable
    word that the paying device has. `once` names what must not be paid twice, such as a day's automatic payment.
    """

    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, related_name="payments", verbose_name=_("customer")
    )
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    merchant = models.ForeignKey(
        Merchant,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("payment gateway"),
    )
    amount = models.DecimalField(_("amount"), **AMOUNT)
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus.choices, default=PaymentStatus.PENDING)
    failure = models.CharField(_("why it failed"), max_length=30, blank=True)
    reference = models.CharField(_("number at the gateway"), max_length=200, blank=True, db_index=True)
    session = models.CharField(max_length=64, unique=True, editable=False)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    saves_card = models.BooleanField(_("saves the card"), default=False)
    transaction = models.OneToOneField(
        Transaction, models.RESTRICT, null=True, blank=True, related_name="payment", verbose_name=_("transaction")
    )
    once = models.CharField(max_length=60, null=True, editable=False)
    card = models.ForeignKey(
        SavedCard, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("saved card")
    )
    created_at = models.DateTimeField(_("begun"))
    asked_at = models.DateTimeField(_("gateway asked"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-id",)
        indexes = (models.Index(fields=("operator", "status"), name="payment_status"),)
        constraints = (
            models.UniqueConstraint(fields=("operator", "once"), name="payment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_pays"),
            models.CheckConstraint(
                condition=Q(status="paid", transaction__isnull=False) | ~Q(status="paid") & Q(transaction=None),
                name="payment_paid_is_in_the_ledger",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {rounded(self.amount, self.currency)} {self.currency}"


class PromoCode(OperatorOwned):
    """A code that gives money, a discount on the next subscription, or tariffs for a period."""

    code = models.CharField(_("code"), max_length=40)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    amount = models.DecimalField(_("gives"), null=True, blank=True, help_text=_("Added to the balance."), **AMOUNT)
    discount = models.DecimalField(
        _("discount, per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Off the next subscription."),
    )
    tariffs = models.ManyToManyField(
        Tariff,
        blank=True,
        related_name="+",
        verbose_name=_("discount for"),
        help_text=_("Empty: for any tariff."),
    )
    free_tariffs = models.ManyToManyField(
        Tariff, blank=True, related_name="+", verbose_name=_("free tariffs"), help_text=_("Each for one period.")
    )
    account = models.ForeignKey(
        Account,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only for"),
        help_text=_("Empty: for any account."),
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    activation_count = models.PositiveIntegerField(
        _("how often"), default=1, help_text=_("By so many customers, by each once. 0: by any number.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("operator", "code"), name="promo_code_once"),)

    def __str__(self) -> str:
        return self.code


class PromoActivation(OperatorOwned):
    """A customer's use of a promo code. `applied_at` is empty while a discount waits for a subscription."""

    promo = models.ForeignKey(PromoCode, models.CASCADE, related_name="activations", verbose_name=_("promo code"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="promos", verbose_name=_("customer"))
    transaction = models.ForeignKey(
        Transaction, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("transaction")
    )
    activated_at = models.DateTimeField(_("activated"))
    applied_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("activation of a promo code")
        verbose_name_plural = _("activations of promo codes")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("promo", "customer"), name="promo_once_a_customer"),)

    def __str__(self) -> str:
        return f"{self.promo} {self.customer}"


# --- what is charged again and again ---------------------------------------------------------------------------------


class Renewal(OperatorOwned):
    """Until when a subscription is paid, and what is agreed for its further periods.

    It renews until the subscription ends. `price_override` is charged for periods that begin up to `price_until`,
    always where that is empty; without it the tariff's price is. `anchor_day` is the day of the month on which periods
    begin. `waits_since` is set while the subscription is interrupted, for want of money or because nobody was in
    service; one that `is_cut` has ended for that time, and its agreed end is `kept_end`.
    """

    subscription = models.OneToOneField(
        TariffSubscription, models.CASCADE, related_name="renewal", verbose_name=_("subscription")
    )
    currency = models.CharField(_("currency"), max_length=3)
    price_override = models.DecimalField(
        _("price of its own"), null=True, blank=True, validators=[MinValueValidator(0)], **AMOUNT
    )
    price_until = models.DateField(
        _("own price until"), null=True, blank=True, help_text=_("The last day; afterwards the tariff's price.")
    )
    paid_until = models.DateTimeField(_("paid until"), null=True, blank=True, db_index=True)
    anchor_day = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    successor = models.ForeignKey(
        Tariff,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("then"),
        help_text=_("The tariff that takes its place when the paid period ends."),
    )
    waits_since = models.DateTimeField(_("waits for money since"), null=True, blank=True, db_index=True)
    is_cut = models.BooleanField(_("taken away until it is paid"), default=False)
    kept_end = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")

    def __str__(self) -> str:
        return f"#{self.subscription_id}"


class BillingTerms(OperatorOwned):
    """Whether an operator's customers are charged here, its taxes, and what it lends those who promise to pay.

    Without them customers are charged, and there are neither taxes nor promises.
    """

    is_run = models.BooleanField(
        _("charged by the billing run"), default=True, help_text=_("Off: another billing system charges the customers.")
    )

    tax_rate = models.DecimalField(
        _("tax, per cent"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    prices_include_tax = models.BooleanField(
        _("prices include the tax"), default=True, help_text=_("Otherwise it is added to what is charged.")
    )
    promised_days = models.PositiveSmallIntegerField(
        _("promised payment, days"), default=0, help_text=_("For so long a promise counts as money. 0: no promises.")
    )
    promised_most = models.DecimalField(
        _("promised payment, at most"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty: as much as is due."),
        **AMOUNT,
    )
    promised_pause_days = models.PositiveSmallIntegerField(
        _("days between promises"), default=30, help_text=_("From the end of one to the next.")
    )

    class Meta:
        verbose_name = _("billing terms")
        verbose_name_plural = _("billing terms")
        ordering = ("operator",)
        constraints = (models.UniqueConstraint(fields=("operator",), name="billing_terms_once"),)

    def __str__(self) -> str:
        return str(self.operator)


class Discount(OperatorOwned):
    """What is taken off the price of periods that begin within its days: for a customer, a tariff, both or all."""

    customer = models.ForeignKey(
        Customer,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="discounts",
        verbose_name=_("customer"),
        help_text=_("Empty: every customer."),
    )
    tariff = models.ForeignKey(
        Tariff,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tariff"),
        help_text=_("Empty: every tariff."),
    )
    percent = models.DecimalField(
        _("per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount = models.DecimalField(
        _("amount"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Of a whole period, in the operator's currency."),
        **AMOUNT,
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day."))
    is_enabled = models.BooleanField(_("enabled"), default=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(percent=None, amount__isnull=False) | Q(percent__isnull=False, amount=None),
                name="discount_one_way",
            ),
        )

    def __str__(self) -> str:
        return self.comment or f"#{self.pk}"


class PromisedPayment(OperatorOwned):
    """Money that a customer promised to pay: until then the balance may fall below zero by so much.

    `ended_at` is when it was paid or ran out.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="promises", verbose_name=_("customer"))
    amount = models.DecimalField(_("amount"), **AMOUNT)
    currency = models.CharField(_("currency"), max_length=3)
    given_at = models.DateTimeField(_("given"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, db_index=True)
    is_kept = models.BooleanField(_("kept"), default=False)

    class Meta:
        verbose_name = _("promised payment")
        verbose_name_plural = _("promised payments")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"#{self.pk} {rounded(self.amount, self.currency)} {self.currency}"


class BillingRun(OperatorOwned):
    """A run through all of an operator's customers for whom something was due. Without an end it was broken off.

    `counts` says how often each `billing.rules.Outcome` came about; `failures` names the first customers that could not
    be dealt with, and why: [{"customer": 5, "error": "…"}].
    """

    day = models.DateField(_("day"))
    started_at = models.DateTimeField(_("begun"))
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    customers = models.PositiveIntegerField(_("customers"), default=0)
    charged = models.DecimalField(_("charged"), default=0, **AMOUNT)
    currency = models.CharField(_("currency"), max_length=3)
    counts: Any = models.JSONField(_("counts"), default=dict)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    failures: Any = models.JSONField(_("failures"), default=list)

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"#{self.pk} {self.day}"


class CommissionRule(OperatorOwned):
    """What a dealer earns with its customers; without one, nothing."""

    dealer = models.OneToOneField(Dealer, models.CASCADE, related_name="commission", verbose_name=_("dealer"))
    basis = models.CharField(
        _("counted from"),
        max_length=12,
        choices=(
            (Basis.PAYMENTS.value, _("payments of the customers")),
            (Basis.CHARGES.value, _("what the customers are charged")),
            (Basis.ACTIVATIONS.value, _("a customer's first charge for a tariff")),
        ),
        default=Basis.PAYMENTS.value,
    )
    percent = models.DecimalField(
        _("per cent"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Of payments or charges."),
    )
    amount = models.DecimalField(
        _("amount"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("For each activation, in the operator's currency."),
        **AMOUNT,
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("commission")
        verbose_name_plural = _("commissions")
        ordering = ("dealer__name", "id")

    def __str__(self) -> str:
        return str(self.dealer)

"""Money: subscriptions, payments, the ledger and promo codes."""

from decimal import Decimal
from typing import Any

from ninja import Schema
from pydantic import Field

from headend.billing import actions
from headend.billing.actions.assignments import check_own_prices
from headend.billing.models import Book, Entry, Kind, Payment, PaymentStatus, PromoCode, Transaction
from headend.billing.queries import Buyer
from headend.billing.rules import code_of, rounded
from headend.catalog.models import Tariff
from headend.interfaces.payments import open_gateway
from headend.interfaces.rest.callers import Caller
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.resources import Deed, Resource
from headend.interfaces.rest.shapes import Day, Fields, Moment, Money, Number, Price, Whole, amount_of, partial
from headend.interfaces.rest.writing import plain, resolved
from headend.kernel.errors import Invalid
from headend.subscribers.actions import unsubscribe
from headend.subscribers.models import Account, Customer, TariffSubscription

# --- subscriptions ---


class NewSubscription(Fields):
    customer_id: Number
    tariff_id: Number
    account_id: Number | None = Field(None, description="Null: all accounts of the customer.")
    ends_at: Moment | None = Field(None, description="Null: until it is ended.")
    price: Price | None = Field(None, description="Of its own, where each subscription renews by itself.")
    price_until: Day | None = Field(None, description="For periods that begin up to this day.")


class SubscriptionShape(Schema):
    id: int
    customer_id: int
    account_id: int | None
    tariff_id: int
    starts_at: Moment
    ends_at: Moment | None


class Purchase(Fields):
    tariff_id: Number
    for_all_accounts: bool = Field(True, description="Whether all accounts of the customer get it.")


class End(Fields):
    ends_at: Moment


_HOLDERS: dict[str, tuple[str, Any]] = {
    "customer_id": ("customer", Customer),
    "tariff_id": ("tariff", Tariff),
    "account_id": ("account", Account),
}


def _subscribe(caller: Caller, body: NewSubscription) -> TariffSubscription:
    holder = resolved(caller, body.model_dump(include=set(_HOLDERS)), _HOLDERS)
    held = actions.assign_tariff(actor=caller.actor, now=caller.now, **holder)
    if body.price is not None:
        check_own_prices(held.customer)
        actions.set_price(actor=caller.actor, subscription=held, price=Decimal(body.price), until=body.price_until)
    return held if body.ends_at is None else _end(caller, held, End(ends_at=body.ends_at))


def _end(caller: Caller, subscription: TariffSubscription, body: End) -> TariffSubscription:
    if body.ends_at <= subscription.starts_at:
        raise Invalid("a subscription ends after it begins", "ends_at")
    unsubscribe(actor=caller.actor, subscription=subscription, ends_at=body.ends_at)
    return subscription


SUBSCRIPTIONS = Resource(
    path="subscriptions",
    noun="subscription",
    text="Tariffs that customers hold. A tariff given here is not paid for at once, as one that an account buys is; "
    "one that is held already stays, and a basic tariff takes the place of another.",
    model=TariffSubscription,
    shape=SubscriptionShape,
    filters={
        "customer_id": Filter("customer", Number),
        "account_id": Filter("account", Number),
        "tariff_id": Filter("tariff", Number),
        "ends_before": Filter("ends_at__lt", Moment),
        "ends_from": Filter("ends_at__gte", Moment),
        "is_open": Filter("ends_at__isnull", bool, "Whether it goes on until it is ended."),
    },
    sorts=("id", "starts_at"),
    new=NewSubscription,
    make=_subscribe,
    remove=lambda caller, held: unsubscribe(actor=caller.actor, subscription=held, ends_at=caller.now),
    deeds=(Deed(name="end", text="End a subscription at a moment", run=_end, body=End, shape=SubscriptionShape),),
)


def _buy(caller: Caller, account: Account, body: Purchase) -> TariffSubscription:
    buyer = Buyer(account, for_all=body.for_all_accounts)
    bought = actions.buy_tariff(actor=caller.actor, buyer=buyer, tariff_id=body.tariff_id, now=caller.now)
    return bought.subscription


BUY = Deed(
    name="buy",
    text="Buy a tariff for an account from its customer's balance",
    run=_buy,
    body=Purchase,
    shape=SubscriptionShape,
    scope="subscriptions:write",
)

# --- payments ---


class NewPayment(Fields):
    customer_id: Number
    amount: Price
    comment: str = ""


class Refund(Fields):
    amount: Price | None = Field(None, description="Null: all that is left of the payment.")
    comment: str = ""


class PaymentShape(Schema):
    id: int
    customer_id: int | None
    account_id: int | None
    gateway: str = Field(description="Empty: taken at the desk or elsewhere, and written down.")
    amount: Money
    currency: str
    status: str = Field(description=", ".join(PaymentStatus.values))
    failure: str
    reference: str
    comment: str
    transaction_id: int | None
    created_at: Moment
    paid_at: Moment | None

    @staticmethod
    def resolve_amount(payment: Payment) -> Decimal:
        """In the currency's smallest unit."""
        return rounded(payment.amount, payment.currency)

    @staticmethod
    def resolve_gateway(payment: Payment) -> str:
        """Which kind of gateway it was paid by."""
        return payment.merchant.gateway if payment.merchant else ""


class EntryShape(Schema):
    book: str
    customer_id: int | None
    amount: Money

    @staticmethod
    def resolve_amount(entry: Entry) -> Decimal:
        """In the currency's smallest unit."""
        return rounded(entry.amount, entry.currency)


class TransactionShape(Schema):
    id: int
    kind: str = Field(description=", ".join(Kind.values))
    currency: str
    comment: str
    external_id: str | None
    corrects_id: int | None
    at: Moment
    entries: list[EntryShape] = Field(
        description=f"What moved, book by book ({', '.join(Book.values)}); the sum is zero."
    )


class Comment(Fields):
    comment: str = ""


def _pay(caller: Caller, body: NewPayment) -> Payment:
    fields = resolved(caller, body.model_dump(), _HOLDERS) | {"amount": amount_of(body.amount)}
    return actions.write_down_payment(actor=caller.actor, now=caller.now, **fields)


def _refund(caller: Caller, payment: Payment, body: Refund) -> Transaction:
    return actions.refund_payment(
        actor=caller.actor,
        payment=payment,
        gateway=open_gateway(payment.merchant) if payment.merchant and payment.reference else None,
        now=caller.now,
        amount=amount_of(body.amount) if body.amount else None,
        comment=body.comment,
    )


PAYMENTS = Resource(
    path="payments",
    noun="payment",
    text="Money that customers paid in. A payment made here was taken elsewhere and is in the ledger at once.",
    model=Payment,
    shape=PaymentShape,
    joins=("merchant", "customer", "transaction"),
    filters={
        "customer_id": Filter("customer", Number),
        "account_id": Filter("account", Number),
        "status": Filter("status", str),
        "reference": Filter("reference", str),
        "created_from": Filter("created_at__gte", Moment),
        "created_before": Filter("created_at__lt", Moment),
    },
    sorts=("id", "created_at"),
    new=NewPayment,
    make=_pay,
    deeds=(
        Deed(
            name="refund",
            text="Give a payment back, through its gateway where it came by one",
            run=_refund,
            body=Refund,
            shape=TransactionShape,
            is_one_transaction=False,
        ),
    ),
)


def _correct(caller: Caller, wrong: Transaction, body: Comment) -> Transaction:
    return actions.correct(actor=caller.actor, wrong=wrong, now=caller.now, comment=body.comment)


TRANSACTIONS = Resource(
    path="transactions",
    noun="transaction",
    text="The ledger. Nothing in it is changed; what is wrong gets its opposite beside it.",
    model=Transaction,
    shape=TransactionShape,
    fetches=("entries",),
    filters={
        "customer_id": Filter("entries__customer", Number),
        "kind": Filter("kind", str),
        "external_id": Filter("external_id", str),
        "corrects_id": Filter("corrects", Number),
        "from": Filter("at__gte", Moment),
        "before": Filter("at__lt", Moment),
    },
    sorts=("id", "at"),
    deeds=(
        Deed(
            name="correct",
            text="Undo a transaction by its opposite, once",
            run=_correct,
            body=Comment,
            shape=TransactionShape,
        ),
    ),
)

# --- promo codes ---


class PromoFields(Fields):
    code: str = Field(examples=["WELCOME"])
    comment: str = ""
    amount: Price | None = Field(None, description="Added to the balance, in the operator's currency.")
    discount: Price | None = Field(None, description="Per cent off the next subscription.")
    tariff_ids: list[Number] = Field([], description="What the discount is for; []: any tariff.")
    free_tariff_ids: list[Number] = Field([], description="Given for one period.")
    valid_from: Day | None = None
    valid_until: Day | None = Field(None, description="The last day.")
    activation_count: Whole = Field(1, description="How many customers may use it; 0: any number.")
    is_enabled: bool = True


class PromoShape(PromoFields):
    id: int
    created_at: Moment

    @staticmethod
    def resolve_tariff_ids(promo: PromoCode) -> list[int]:
        """In the order of their numbers."""
        return sorted(tariff.pk for tariff in promo.tariffs.all())

    @staticmethod
    def resolve_free_tariff_ids(promo: PromoCode) -> list[int]:
        """In the order of their numbers."""
        return sorted(tariff.pk for tariff in promo.free_tariffs.all())


_WRITE = plain(PromoCode, {}, {"tariff_ids": ("tariffs", Tariff), "free_tariff_ids": ("free_tariffs", Tariff)})


def _of_promo(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "code": code_of(given["code"])} if "code" in given else given


def _change_promo(caller: Caller, promo: PromoCode, given: dict[str, Any]) -> Any:
    return _WRITE["change"](caller, promo, _of_promo(given))


PROMO_CODES = Resource(
    path="promo-codes",
    noun="promo code",
    text="Codes that give money, a discount or tariffs.",
    model=PromoCode,
    shape=PromoShape,
    fetches=("tariffs", "free_tariffs"),
    filters={"code": Filter("code", str), "is_enabled": Filter("is_enabled", bool)},
    sorts=("id", "created_at"),
    new=PromoFields,
    make=lambda caller, body: _change_promo(caller, PromoCode(operator=caller.operator), body.model_dump()),
    patch=partial(PromoFields),
    change=_change_promo,
    remove=_WRITE["remove"],
)

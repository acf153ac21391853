"""Posting to the ledger. Whoever changes a customer's balance holds the lock on the customer's row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from headend.billing.errors import AlreadyPosted, NotEnoughBalance
from headend.billing.models import Book, Entry, Kind, Payment, Transaction
from headend.billing.queries import balance_of, charged_before, commissions_of, currency_of, taxes_of
from headend.billing.rules import ZERO, Basis, Bill, Commission, check_balanced, positive, share
from headend.kernel.actor import Actor
from headend.kernel.errors import NotFound
from headend.operators.actions import insert_many, record_many
from headend.subscribers.models import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What a transaction says of itself. `external_id` is another system's number, posted once."""

    kind: Kind
    currency: str
    at: datetime
    comment: str = ""
    external_id: str | None = None
    corrects: Transaction | None = None


def lock_customer(customer: Customer) -> Customer:
    """Wait for the customer's row and keep it until the transaction ends; raises NotFound when it is gone."""
    # Nothing is joined: not every engine could leave the operator's row unlocked then.
    locked: Customer | None = Customer.objects.select_for_update().filter(pk=customer.pk).first()
    if locked is None:
        raise NotFound("there is no such customer")
    return locked


def lock_payment(payment: Payment) -> tuple[Payment, Customer | None]:
    """The payment as it is now, kept until the transaction ends, and its customer before it; None when deleted."""
    customer = lock_customer(payment.customer) if payment.customer_id and payment.customer else None
    locked: Payment | None = Payment.objects.select_for_update().filter(pk=payment.pk).first()
    if locked is None:
        raise NotFound("there is no such payment")
    return locked, customer


@dataclass(frozen=True, slots=True)
class Posting:
    """A transaction to be written: what is moved from book to book, and whose entry that in the customers' book is.

    `dealer_id` is whose that in the dealers' book is, which is there where `amounts` say so already.
    """

    movement: Movement
    customer: Customer | None
    amounts: Mapping[Book, Decimal]
    dealer_id: int | None = None


def post(
    *, actor: Actor, operator_id: int, movement: Movement, customer: Customer | None, amounts: Mapping[Book, Decimal]
) -> Transaction:
    """Write a transaction with an entry for each book; raises Unbalanced and AlreadyPosted.

    `amounts` must sum to zero; what is in the customers' book is `customer`'s.
    """
    return post_many(actor=actor, operator_id=operator_id, postings=[Posting(movement, customer, amounts)])[0]


@transaction.atomic
def post_many(*, actor: Actor, operator_id: int, postings: Sequence[Posting]) -> list[Transaction]:
    """Write several transactions of one operator, all or none; raises Unbalanced and AlreadyPosted.

    What a customer's dealer earns by a transaction is written into it.
    """
    postings = with_commissions(postings)
    for posting in postings:
        check_balanced(posting.amounts.values())
    posted = [_transaction(operator_id, posting.movement) for posting in postings]
    try:
        with transaction.atomic():
            insert_many(posted)
    except IntegrityError as error:
        keys = ", ".join(str(each.external_id) for each in posted[:3])
        raise AlreadyPosted(f"{keys} is in the ledger already") from error
    pairs = list(zip(posted, postings, strict=True))
    entries = [entry for made, posting in pairs for entry in _entries(made, posting)]
    Entry.objects.bulk_create(entries, batch_size=1000)
    record_many(actor, "add", [(made, _told(posting)) for made, posting in pairs])
    return posted


def with_commissions(postings: Sequence[Posting]) -> list[Posting]:
    """The postings with what dealers earn by them, or give back."""
    rules = commissions_of({each.customer.dealer_id for each in postings if each.customer})
    is_needed = any(rule.basis is Basis.ACTIVATIONS for rule in rules.values())
    known = charged_before([each.customer.pk for each in postings if each.customer]) if is_needed else set()
    return [_with_commission(posting, rules, known) for posting in postings]


def _with_commission(posting: Posting, rules: Mapping[int, Commission], known: set[int]) -> Posting:
    customer, movement = posting.customer, posting.movement
    moved = posting.amounts.get(Book.CUSTOMERS)
    if customer is None or not moved or Book.DEALERS in posting.amounts:
        return posting
    if movement.corrects is not None:
        dealer_id, earned = _shared(movement.corrects, moved)
    elif (rule := rules.get(customer.dealer_id or 0)) is not None:
        is_first = customer.pk not in known
        dealer_id, earned = customer.dealer_id, rule.earned(movement.kind, moved, movement.currency, is_first=is_first)
        known |= {customer.pk} if movement.kind is Kind.SUBSCRIPTION else set()
    else:
        return posting
    if not earned:
        return posting
    return replace(
        posting, dealer_id=dealer_id, amounts={**posting.amounts, Book.DEALERS: earned, Book.COMMISSIONS: -earned}
    )


def _shared(corrected: Transaction, moved: Decimal) -> tuple[int | None, Decimal]:
    """Whose commission goes back, or comes back, with a part of what it was earned by, and how much."""
    entries = {Book(entry.book): entry for entry in corrected.entries.all()}
    theirs, whole = entries.get(Book.DEALERS), entries.get(Book.CUSTOMERS)
    if theirs is None or whole is None:
        return None, ZERO
    return theirs.dealer_id, share(theirs.amount, moved, whole.amount, corrected.currency)


def _transaction(operator_id: int, movement: Movement) -> Transaction:
    return Transaction(
        operator_id=operator_id,
        kind=movement.kind,
        currency=movement.currency,
        comment=movement.comment[:500],
        external_id=movement.external_id or None,
        corrects=movement.corrects,
        at=movement.at,
    )


def _entries(posted: Transaction, posting: Posting) -> Iterator[Entry]:
    for book, amount in posting.amounts.items():
        if amount:
            yield Entry(
                operator_id=posted.operator_id,
                transaction=posted,
                book=book,
                customer=posting.customer if book is Book.CUSTOMERS else None,
                dealer_id=posting.dealer_id if book is Book.DEALERS else None,
                amount=amount,
                currency=posted.currency,
                at=posted.at,
            )


def _told(posting: Posting) -> dict[str, object]:
    movement = posting.movement
    amounts = {book.value: str(amount) for book, amount in posting.amounts.items() if amount}
    customer = posting.customer.pk if posting.customer else None
    return {"kind": movement.kind.value, **amounts, "currency": movement.currency, "customer": customer}


def sale_of(bill: Bill) -> dict[Book, Decimal]:
    """The entries of something sold: what the customer pays, less the tax in it, is what was sold."""
    return {Book.CUSTOMERS: -bill.total, Book.SALES: bill.total - bill.tax, Book.TAXES: bill.tax}


@transaction.atomic
def charge(  # noqa: PLR0913 - one movement, told in full
    *,
    actor: Actor,
    customer: Customer,
    amount: Decimal,
    kind: Kind,
    now: datetime,
    comment: str = "",
    external_id: str | None = None,
) -> Transaction:
    """Take money from a customer's balance for something sold, the tax in it put aside.

    Raises NotEnoughBalance, BadAmount and AlreadyPosted.
    """
    customer = lock_customer(customer)
    currency = currency_of(customer)
    cost = positive(amount, currency)
    if balance_of(customer) < cost:
        raise NotEnoughBalance("the balance does not cover it")
    movement = Movement(kind=kind, currency=currency, at=now, comment=comment, external_id=external_id)
    amounts = sale_of(taxes_of(customer.operator_id).within(cost, currency))
    return post(actor=actor, operator_id=customer.operator_id, movement=movement, customer=customer, amounts=amounts)


@transaction.atomic
def credit(*, actor: Actor, customer: Customer, amount: Decimal, now: datetime, comment: str = "") -> Transaction:
    """Give a customer money as a gift; raises BadAmount."""
    customer = lock_customer(customer)
    currency = currency_of(customer)
    given = positive(amount, currency)
    movement = Movement(kind=Kind.PROMO, currency=currency, at=now, comment=comment)
    amounts = {Book.CUSTOMERS: given, Book.GIFTS: -given}
    return post(actor=actor, operator_id=customer.operator_id, movement=movement, customer=customer, amounts=amounts)


@transaction.atomic
def correct(*, actor: Actor, wrong: Transaction, now: datetime, comment: str = "") -> Transaction:
    """Undo a transaction by its opposite, once; raises AlreadyPosted when it was undone, or corrected in part."""
    entries = list(wrong.entries.select_related("customer"))
    customer = next((entry.customer for entry in entries if entry.customer), None)
    if customer is not None:
        customer = lock_customer(customer)
    if wrong.corrections.exists():
        raise AlreadyPosted(f"{wrong} has been corrected already")
    movement = Movement(kind=Kind.CORRECTION, currency=wrong.currency, at=now, comment=comment, corrects=wrong)
    amounts = {Book(entry.book): -entry.amount for entry in entries}
    dealer_id = next((entry.dealer_id for entry in entries if entry.dealer_id), None)
    posting = Posting(movement, customer, amounts, dealer_id)
    return post_many(actor=actor, operator_id=wrong.operator_id, postings=[posting])[0]

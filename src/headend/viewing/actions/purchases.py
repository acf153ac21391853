"""Buying titles: the price is taken from the balance and the title given in one transaction."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from headend.billing.actions import charge
from headend.billing.models import Kind
from headend.billing.queries import currency_of
from headend.kernel.actor import Actor
from headend.operators.actions import save
from headend.subscribers.actions.checks import check_same_operator
from headend.subscribers.models import Account
from headend.viewing.actions.titles import locked
from headend.viewing.errors import AlreadyBought, NotForSale
from headend.viewing.models import TitlePurchase
from headend.viewing.queries import has_bought
from headend.vod.models import Title
from headend.vod.queries import price_of


@transaction.atomic
def buy_title(*, actor: Actor, account: Account, title: Title, now: datetime) -> TitlePurchase:
    """Buy or rent a title for the price of its category; raises NotForSale, AlreadyBought and NotEnoughBalance.

    Two devices that buy at once wait for each other: the second finds the title bought.
    """
    category = price_of(title)
    if category is None:
        raise NotForSale("this title is not sold by itself")
    locked(account)
    if has_bought(account, title, now):
        raise AlreadyBought("this title has been bought already")
    if category.price:
        charge(
            actor=actor, customer=account.customer, amount=category.price, kind=Kind.TITLE, now=now, comment=title.name
        )
    ends_at = now + timedelta(hours=category.rent_hours) if category.rent_hours else None
    return _given(actor, account, title, category.price, (now, ends_at))


@transaction.atomic
def give_title(
    *, actor: Actor, account: Account, title: Title, price: Decimal, now: datetime, ends_at: datetime | None = None
) -> TitlePurchase:
    """Give an account a title that was paid for elsewhere, for good or until a moment."""
    check_same_operator(account, title)
    return _given(actor, account, title, price, (now, ends_at))


def _given(
    actor: Actor, account: Account, title: Title, price: Decimal, period: tuple[datetime, datetime | None]
) -> TitlePurchase:
    purchase = TitlePurchase(
        operator_id=account.operator_id,
        account=account,
        title=title,
        price=price,
        currency=currency_of(account.customer),
        bought_at=period[0],
        ends_at=period[1],
    )
    save(actor=actor, obj=purchase)
    return purchase

"""Tariffs: what is for sale, subscribing and leaving, for an account or for all accounts of its customer."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from headend.billing.actions import assign_tariff, buy_tariff, leave_tariff
from headend.billing.errors import BillingElsewhere, BillingRefused, BillingUnset, SubscriptionRefused
from headend.billing.ports import Hook
from headend.billing.queries import (
    Buyer,
    Contents,
    Shop,
    contents_of,
    offer_of,
    price_of,
    shop_for,
    tariff_numbered,
    tariffs_for,
    today_of,
)
from headend.billing.rules import Refusal, may_unsubscribe
from headend.catalog.models import Tariff
from headend.interfaces.billing_elsewhere import (
    assign_elsewhere,
    balance_elsewhere,
    billing_of,
    price_elsewhere,
    remove_elsewhere,
)
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.money import as_text, day_text
from headend.interfaces.wire.callers import Viewer, whole
from headend.interfaces.wire.calls import Refusals
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import HeadendError
from headend.kernel.formats import Fields, to_json
from headend.operators.models import Operator
from headend.subscribers.actions import activate_account
from headend.subscribers.models import Account, StatusReason, TariffSubscription
from headend.subscribers.queries import subscriptions_of

MISSING = 120
_SUBSCRIBE_ERRORS = {
    1: "no such tariff, or not for this subscriber",
    2: "the balance does not cover it",
    3: "the tariff is held already",
    4: "the subscriber's other billing system is not set up",
    5: "there is one basic tariff at a time, and it is not this account's to change",
    6: "the basic tariff that is held cannot be given up here",
    105: "another billing system failed",
    MISSING: "tariff_id or virtual_tariff_id is needed",
}
_UNSUBSCRIBE_ERRORS = {
    1: "the tariff is not held, or not this account's to leave",
    2: "a basic tariff is not left but replaced",
    4: "the subscriber's other billing system is not set up",
    5: "this tariff cannot be left here",
    105: "another billing system failed",
    MISSING: "tariff_id or virtual_tariff_id is needed",
}
_SUBSCRIBE_NUMBERS = {
    Refusal.NOT_ENOUGH_BALANCE: 2,
    Refusal.HELD: 3,
    Refusal.ONE_BASIC: 5,
    Refusal.BASIC_STAYS: 6,
}
_UNSUBSCRIBE_NUMBERS = {Refusal.IS_BASIC: 2, Refusal.REQUIRED: 5, Refusal.NOT_TO_LEAVE: 5}
# What another billing system refuses with words of ours has our numbers; with words of its own it is "not for them".
_SUBSCRIBE_REFUSALS: Refusals = {
    SubscriptionRefused: lambda refused: Refused(_SUBSCRIBE_NUMBERS.get(Refusal(refused.reason), 1)),
    BillingRefused: lambda refused: Refused(_by_word(refused.reason, _SUBSCRIBE_NUMBERS), str(refused)),
    BillingUnset: 4,
    BillingElsewhere: 105,
}
_UNSUBSCRIBE_REFUSALS: Refusals = {
    SubscriptionRefused: lambda refused: Refused(_UNSUBSCRIBE_NUMBERS.get(Refusal(refused.reason), 1)),
    BillingRefused: lambda refused: Refused(_by_word(refused.reason, _UNSUBSCRIBE_NUMBERS), str(refused)),
    BillingUnset: 4,
    BillingElsewhere: 105,
}


def _by_word(word: str, numbers: Mapping[Refusal, int]) -> int:
    return {str(refusal): number for refusal, number in numbers.items()}.get(word, 1)


# --- lists ---


def tariff_list(viewer: Viewer, *, for_all: bool) -> list[dict[str, object]]:
    """What is held or could be had, with prices as numbers."""
    shop = shop_for(Buyer(viewer.account, for_all), viewer.now)
    tariffs = tariffs_for(shop)
    contents = contents_of(viewer.operator, tariffs)
    return [_tariff(viewer, shop, tariff, contents[tariff.pk]) for tariff in tariffs]


def _tariff(viewer: Viewer, shop: Shop, tariff: Tariff, contents: Contents) -> dict[str, object]:
    held = shop.holding(tariff.pk)
    price = float(tariff.price if held else shop.quote(tariff).cost)
    return {
        "id": tariff.pk,
        "name": viewer.name_of(tariff),
        "description": tariff.description,
        "period": tariff.period_months,
        "price": price,
        "price_after_activation": float(tariff.price),
        "basic_tariff_priority": tariff.basic_priority,
        "is_assigned": int(held is not None),
        "subscription_end_date": end_date(viewer.operator, held) if held else "",
        "is_virtual": 0,
        "available_to_unsubscribe": int(
            tariff.may_unsubscribe and not tariff.is_required and not tariff.basic_priority
        ),
        "channels_count": contents.channels,
        "is_periodical": int(tariff.period_months > 0),
        "icon": whole(tariff.icon_url),
        "icon_tv": whole(tariff.icon_tv_url),
        "videos_count": contents.titles,
    }


def priced_in_text(viewer: Viewer, tariffs: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """The same with prices as texts and with what only the customer's calls tell."""
    known = Tariff.objects.of(viewer.operator.pk).in_bulk([tariff["id"] for tariff in tariffs])
    return [
        tariff
        | {
            "price": as_text(tariff["price"], viewer.account.customer),
            "price_after_activation": as_text(tariff["price_after_activation"], viewer.account.customer),
            "archived": int(known[tariff["id"]].is_archived),
            "meta": to_json(known[tariff["id"]].meta or {}).decode(),
        }
        for tariff in tariffs
    ]


def end_date(operator: Operator, held: TariffSubscription) -> str:
    """The day until which a subscription runs or, where it goes on, is paid; "" where neither is known."""
    renewal = getattr(held, "renewal", None)
    return day_text(operator, held.ends_at or (renewal.paid_until if renewal else None))


@DEVICE_API.call("AccountTariffList", "GET", "/account/tariff/list", errors={1: "tariffs cannot be told"})
def account_tariffs(viewer: Viewer) -> Fields:
    """Tell which tariffs the account holds or could have.

    Choice: `price` is what subscribing costs now (activation, the period or the rest of it, less a discount), of what
    is held a period's price; `price_after_activation` is what each further period costs. What is archived, bound to
    other countries or hidden is only told where it is held; hidden and system tariffs never are.
    """
    return {"tariffs": tariff_list(viewer, for_all=False)}


@DEVICE_API.call("CustomerTariffList", "GET", "/customer/tariff/list/", errors={1: "tariffs cannot be told"})
def customer_tariffs(viewer: Viewer, show_virtual_tariffs: bool = False) -> Fields:
    """Tell which tariffs the customer holds, with any of its accounts, or could have for all of them.

    Choice: there are no virtual tariffs here, so `show_virtual_tariffs` changes nothing.
    """
    return {"tariffs": priced_in_text(viewer, tariff_list(viewer, for_all=True))}


@DEVICE_API.call("CustomerTariffSubscriptionList", "GET", "/customer/tariff/subscription/list/")
def subscription_list(viewer: Viewer) -> Fields:
    """Tell which subscriptions count for the account, from when to when.

    Choice: `api_name` is "", there being one billing; `is_periodical` is 0 once the subscription has been left.
    """
    return {"subscriptions": subscriptions(viewer.account, viewer.now, viewer)}


def subscriptions(account: Account, now: datetime, viewer: Viewer) -> list[dict[str, object]]:
    """The subscriptions of an account that are not over, as the wire tells them."""
    found = subscriptions_of(account).exclude(ends_at__lte=now).select_related("tariff", "renewal").order_by("pk")
    return [_subscription(viewer, each) for each in found]


def _subscription(viewer: Viewer, held: TariffSubscription) -> dict[str, object]:
    return {
        "tariff_id": held.tariff_id,
        "tariff_name": viewer.name_of(held.tariff),
        "start_date": day_text(viewer.operator, held.starts_at),
        "end_date": end_date(viewer.operator, held),
        "price": float(price_of(held, today_of(viewer.operator, viewer.now))),
        "is_periodical": int(held.tariff.period_months > 0 and held.ends_at is None),
        "api_name": "",
    }


# --- subscribing and leaving ---


def _wanted(tariff_id: int | None, virtual_tariff_id: int | None) -> int:
    if tariff_id is None and virtual_tariff_id is None:
        raise Refused(MISSING)
    return tariff_id or 0


def _subscribe(viewer: Viewer, tariff_id: int, *, for_all: bool, try_activate: bool) -> Fields:
    buyer = Buyer(viewer.account, for_all)
    if not _bought_elsewhere(viewer, buyer, tariff_id):
        buy_tariff(actor=viewer.actor, buyer=buyer, tariff_id=tariff_id, now=viewer.now)
    if try_activate and viewer.account.status_reason == StatusReason.DEBT and not viewer.account.is_active:
        today = today_of(viewer.operator, viewer.now)
        activate_account(actor=viewer.actor, account=viewer.account, today=today)
    return {"payment_info": {"is_awaiting_payment": 0}}


def _bought_elsewhere(viewer: Viewer, buyer: Buyer, tariff_id: int) -> bool:
    """Let another billing system sell a tariff, once our own rules (but those of money) allow it; False: ours sells."""
    tariff = tariff_numbered(viewer.operator, tariff_id)
    if tariff is None or billing_of(buyer.customer, Hook.ASSIGN) is None:
        return False
    refusal = shop_for(buyer, viewer.now).quote(tariff).decision.refusal
    if refusal and refusal != Refusal.NOT_ENOUGH_BALANCE:
        raise SubscriptionRefused(refusal)
    assign_elsewhere(viewer.account, tariff, for_all=buyer.for_all)
    try:
        assign_tariff(actor=viewer.actor, customer=buyer.customer, tariff=tariff, now=viewer.now, account=buyer.holder)
    except HeadendError as error:  # somebody else was faster, so what was sold there is taken back
        remove_elsewhere(viewer.account, tariff, for_all=buyer.for_all)
        raise SubscriptionRefused(Refusal.HELD) from error
    return True


def _left_elsewhere(viewer: Viewer, buyer: Buyer, tariff_id: int) -> None:
    """Tell another billing system that a tariff is left, where our own rules allow it."""
    held = shop_for(buyer, viewer.now).holding(tariff_id)
    if held is not None and buyer.speaks_for(held) and may_unsubscribe(offer_of(held.tariff)) is None:
        remove_elsewhere(viewer.account, held.tariff, for_all=buyer.for_all)


def _unsubscribe(viewer: Viewer, tariff_id: int, *, for_all: bool) -> Fields:
    buyer = Buyer(viewer.account, for_all)
    _left_elsewhere(viewer, buyer, tariff_id)
    leave_tariff(actor=viewer.actor, buyer=buyer, tariff_id=tariff_id, now=viewer.now)
    return {}


@DEVICE_API.call(
    "AccountTariffSubscribe",
    "GET",
    "/account/tariff/subscribe",
    errors=_SUBSCRIBE_ERRORS,
    refusals=_SUBSCRIBE_REFUSALS,
    writes=True,
)
def subscribe_account(
    viewer: Viewer,
    tariff_id: int | None = None,
    virtual_tariff_id: int | None = None,
    channel_id: int | None = None,
    try_activate: bool = False,
) -> Fields:
    """Subscribe the account to a tariff and take the price from the balance.

    Choice: both billing modes charge at once. In the subscription mode the period begins now; in the simple mode the
    tariff joins the account's next charge and the days until then are paid (the whole period where there is none).
    A basic tariff ends the one before it. Nothing awaits payment: what the balance does not cover is refused.
    Where another billing system sells it takes the money, and what it refuses with words of its own is answered
    with 1. `try_activate` lifts a block for debt once the price is paid; `channel_id` says where the wish arose and
    decides nothing; there are no virtual tariffs, so each number of one is unknown.
    """
    wanted = _wanted(tariff_id, virtual_tariff_id)
    return _subscribe(viewer, wanted, for_all=False, try_activate=try_activate)


@DEVICE_API.call(
    "CustomerTariffSubscribe",
    "GET",
    "/customer/tariff/subscribe/",
    errors=_SUBSCRIBE_ERRORS,
    refusals=_SUBSCRIBE_REFUSALS,
    writes=True,
)
def subscribe_customer(
    viewer: Viewer,
    tariff_id: int | None = None,
    virtual_tariff_id: int | None = None,
    channel_id: int | None = None,
    try_activate: bool = False,
) -> Fields:
    """Subscribe all accounts of the customer to a tariff and take the price from the balance.

    Choice: as AccountTariffSubscribe.
    """
    wanted = _wanted(tariff_id, virtual_tariff_id)
    return _subscribe(viewer, wanted, for_all=True, try_activate=try_activate)


@DEVICE_API.call(
    "AccountTariffUnsubscribe",
    "GET",
    "/account/tariff/unsubscribe",
    errors=_UNSUBSCRIBE_ERRORS,
    refusals=_UNSUBSCRIBE_REFUSALS,
    writes=True,
)
def unsubscribe_account(viewer: Viewer, tariff_id: int | None = None, virtual_tariff_id: int | None = None) -> Fields:
    """Leave a tariff that the account holds.

    Choice: it runs until the end of what is paid and can be had again until then for nothing; what is not paid ends at
    once. What the customer holds for all accounts can be left by its only account.
    """
    return _unsubscribe(viewer, _wanted(tariff_id, virtual_tariff_id), for_all=False)


@DEVICE_API.call(
    "CustomerTariffUnsubscribe",
    "GET",
    "/customer/tariff/unsubscribe/",
    errors=_UNSUBSCRIBE_ERRORS,
    refusals=_UNSUBSCRIBE_REFUSALS,
    writes=True,
)
def unsubscribe_customer(viewer: Viewer, tariff_id: int | None = None, virtual_tariff_id: int | None = None) -> Fields:
    """Leave a tariff that the customer holds for all accounts.

    Choice: as AccountTariffUnsubscribe.
    """
    return _unsubscribe(viewer, _wanted(tariff_id, virtual_tariff_id), for_all=True)


@DEVICE_API.call(
    "CustomerTariffSubscriptionCost",
    "GET",
    "/customer/tariff/subscription/cost/",
    errors={
        1: "no such tariff, or not for this subscriber",
        4: "the other billing system is not set up",
        5: "it failed",
    },
    refusals={BillingUnset: 4, BillingElsewhere: 5},
)
def subscription_cost(viewer: Viewer, tariff_id: int | None = None, virtual_tariff_id: int | None = None) -> Fields:
    """Tell what subscribing to a tariff would cost now, and the balance.

    Choice: a tariff that is held or that the balance does not cover has its price too; 1 is told of those that nobody
    sells to this subscriber. Where another billing system decides, price and balance are as it tells them.
    """
    tariff = tariff_numbered(viewer.operator, tariff_id or 0)
    shop = shop_for(Buyer(viewer.account), viewer.now)
    quote = shop.quote(tariff) if tariff else None
    not_sold = (Refusal.UNKNOWN, Refusal.DISABLED, Refusal.ARCHIVED, Refusal.WRONG_COUNTRY)
    if quote is None or quote.decision.refusal in not_sold:
        raise Refused(1)
    price, theirs = price_elsewhere(viewer.account, quote.tariff), balance_elsewhere(viewer.account)
    return {
        "price": float(quote.cost if price is None else price),
        "balance": float(shop.standing.balance if theirs is None else theirs.balance),
    }

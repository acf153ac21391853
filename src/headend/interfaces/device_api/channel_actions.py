"""What an account can do with a channel: watch it, or subscribe to a tariff that gives it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import override

from headend.billing.actions import buy_tariff
from headend.billing.errors import SubscriptionRefused
from headend.billing.queries import Buyer, Shop, shop_for, tariffs_with
from headend.billing.rules import Refusal
from headend.catalog.models import Channel, Tariff
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields

WATCH, SUBSCRIBE = "get_channel_url", "subscribe"
_FOR_SALE = (None, Refusal.NOT_ENOUGH_BALANCE)
_NUMBERS: Mapping[Refusal, int] = {Refusal.NOT_ENOUGH_BALANCE: 2, Refusal.HELD: 3}


@DEVICE_API.call(
    "ChannelDetail",
    "GET",
    "/channel/detail/",
    errors={1: "a parameter is missing or bad", 404: "no such channel"},
)
def channel_detail(viewer: Viewer, cid: int, show_virtual_tariffs: bool = False) -> Fields:
    """Tell what the account can do with a channel.

    Choice: `get_channel_url` where a tariff that is held gives it; else one `subscribe` for each tariff that would and
    that this subscriber may have, the cheapest first, whether or not the balance covers it. `price` is that of a
    period. There are no virtual tariffs, so `show_virtual_tariffs` changes nothing.
    """
    channel = _channel(viewer, cid, 404)
    tariffs, shop = tariffs_with(channel), shop_for(Buyer(viewer.account), viewer.now)
    held = _held_now(viewer, shop, tariffs)
    with override(viewer.language_code):
        if held:
            actions = [_action(WATCH, _("Watch"), held, viewer)]
        else:
            words = _("Subscribe: %(tariff)s")
            actions = [
                _action(SUBSCRIBE, words % {"tariff": viewer.name_of(tariff)}, tariff, viewer)
                for tariff in tariffs
                if shop.quote(tariff).decision.refusal in _FOR_SALE
            ]
    return {"id": channel.pk, "actions": actions, "name": viewer.name_of(channel)}


def _channel(viewer: Viewer, number: int, refusal: int) -> Channel:
    found: Channel | None = Channel.objects.of(viewer.operator.pk).filter(pk=number, is_enabled=True).first()
    if found is None:
        raise Refused(refusal)
    return found


def _held_now(viewer: Viewer, shop: Shop, tariffs: list[Tariff]) -> Tariff | None:
    """The first of these tariffs that counts for the account now."""
    counting = {
        held.tariff_id
        for held in shop.held
        if held.starts_at <= viewer.now and held.account_id in (None, viewer.account.pk)
    }
    return next((tariff for tariff in tariffs if tariff.pk in counting), None)


def _action(name: str, caption: str, tariff: Tariff, viewer: Viewer) -> dict[str, object]:
    return {
        "action": name,
        "tariff_id": tariff.pk,
        "is_virtual": False,
        "caption": caption,
        "price": float(tariff.price),
        "periodical": tariff.period_months > 0,
        "activation_price": float(tariff.activation_price),
    }


@DEVICE_API.call(
    "ChannelAction",
    "GET",
    "/channel/action/",
    errors={
        1: "it did not work, or there is no such action",
        2: "the balance does not cover it",
        3: "the tariff is held already",
        4: "the channel is not for this subscriber",
        5: "a subscription is needed",
    },
    refusals={SubscriptionRefused: lambda refused: Refused(_NUMBERS.get(Refusal(refused.reason), 1))},
    writes=True,
)
def channel_action(viewer: Viewer, cid: int, action: str, tariff_id: int) -> Fields:
    """Do what ChannelDetail offers: watch a channel, or subscribe to a tariff that gives it.

    Choice: subscribing is for all accounts of the customer, as CustomerTariffSubscribe. `result` is "ok"; the address
    to play is given by ChannelUrl, which a client asks for next in any case.
    """
    if action not in (WATCH, SUBSCRIBE):
        raise Refused(1)
    tariffs = tariffs_with(_channel(viewer, cid, 4))
    if action == WATCH:
        if _held_now(viewer, shop_for(Buyer(viewer.account), viewer.now), tariffs) is None:
            raise Refused(5)
        return {"result": "ok"}
    if tariff_id not in {tariff.pk for tariff in tariffs}:
        raise Refused(4)
    buy_tariff(actor=viewer.actor, buyer=Buyer(viewer.account), tariff_id=tariff_id, now=viewer.now)
    return {"result": "ok"}

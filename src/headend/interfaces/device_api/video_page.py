"""A title's own page: all that is known of it, and the menu of what a caller can do with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from headend.billing.actions import buy_tariff, leave_tariff
from headend.billing.queries import Buyer
from headend.catalog.models import Tariff
from headend.interfaces.device_api.video_partner import partner_of, request_of
from headend.interfaces.device_api.video_rows import TitleRows, person_row, video_url
from headend.interfaces.wire.callers import Guest, Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields, to_json
from headend.subscribers.queries import is_in_service
from headend.viewing.actions import buy_title
from headend.viewing.queries import video_tariffs
from headend.vod.models import Asset, Episode, Person, Title, TitleKind
from headend.vod.ports import PartnerOffer
from headend.vod.queries import (
    assets_of,
    has_similar,
    order_persons,
    persons_of,
    price_of,
    seasons_of,
    terms_of,
)
from headend.vod.rules import TitleReason, TitleRequest, decide_title

WATCH, TRAILER, BUY, SUBSCRIBE, UNSUBSCRIBE = "get_video_url", "get_trailer_url", "buy", "subscribe", "unsubscribe"
PARTNER = "partner_"


@dataclass(frozen=True)
class TitlePage:
    """A title for one caller. `role` and `order` say which persons are told, and how they are sorted."""

    caller: Guest
    title: Title
    rows: TitleRows
    role: str = ""
    order: str = ""

    def fields(self, partner_offers: Sequence[PartnerOffer] = ()) -> Fields:
        """The whole answer."""
        title, thought = self.title, self.rows.habits.titles.get(self.title.pk)
        stopped = self.rows.habits.position_in(title)
        episode = stopped.asset.episode if stopped else None
        return self.rows.row(title) | {
            "actions": [*self.menu(), *(_partner_action(offer) for offer in partner_offers)],
            "customer_rating": (thought.rating or 0) if thought else 0,
            "position_season_id": (episode.season_id or 0) if episode else 0,
            "actors_info": [person_row(self.caller, person) for person in self._persons()],
            "reviews": [],
            "seasons": [
                {"id": season.pk, "name": self.caller.name_of(season), "number": season.number}
                for season in (seasons_of(title) if title.kind == TitleKind.SERIES else ())
            ],
            "package_videos": [{"id": number} for number in self._package()],
            "episode_count": Episode.objects.filter(title=title, is_planned=False).count(),
            "ext_id": title.external_id,
            "ads_available": 0,
            "is_similar_exist": int(has_similar(title, self.caller.now)),
            "meta": to_json(title.meta if isinstance(title.meta, dict) else {}).decode(),
        }

    def _persons(self) -> Iterable[Person]:
        return order_persons(persons_of(self.title.operator_id, self.role, self.title.pk), self.order or "name")

    def _package(self) -> list[int]:
        if self.title.kind != TitleKind.PACKAGE:
            return []
        return list(self.title.package_titles.order_by("pk").values_list("pk", flat=True))

    # --- what can be done with it ---

    def menu(self) -> list[Fields]:
        """Play it, or get it, or see its trailers; what one may watch already comes first."""
        trailers = [asset for asset in self.assets if asset.is_trailer]
        ways = [*self._plays(), *self._offers()] if isinstance(self.caller, Viewer) else []
        return [*ways, *(self._play(TRAILER, asset) for asset in trailers)]

    @cached_property
    def assets(self) -> list[Asset]:
        return assets_of(self.title)

    def reason(self, asset: Asset | None = None) -> TitleReason:
        """Whether the caller may watch the title, or one of its files."""
        if not isinstance(self.caller, Viewer):
            return TitleReason.NOT_IN_TARIFF
        request = request_for(self.caller, self.rows.tariffs, asset, self.title.pk in self.rows.habits.purchased)
        return decide_title(terms_of(self.title), request, int(self.caller.now.timestamp()))

    def _plays(self) -> list[Fields]:
        files = [asset for asset in self.assets if not asset.is_trailer]
        return [self._play(WATCH, asset) for asset in files if self.reason(asset) is TitleReason.ALLOWED]

    def _play(self, action: str, asset: Asset) -> Fields:
        caller, episode = self.caller, asset.episode
        stopped = self.rows.habits.positions.get(asset.pk)
        season = episode.season if episode else None
        return _action(action, caller.name_of(asset) or caller.name_of(episode) or caller.name_of(self.title)) | {
            "url": video_url(caller, self.title, asset),
            "video_id": str(self.title.pk),
            "file_id": str(asset.pk),
            "episode_id": _episode_id(caller, episode),
            "ext_id": asset.external_id,
            "duration": str(-(-asset.duration_seconds // 60)),
            "quality": asset.quality,
            "promo_image_url": whole(asset.promo_image_url),
            "is_viewed": int(stopped.is_viewed if stopped else False),
            "season_sort": season.number if season else 0,
            "episode_sort": episode.number if episode else 0,
        }

    def _offers(self) -> list[Fields]:
        reason = self.reason()
        if reason is TitleReason.NOT_PURCHASED:
            return self._sale()
        if reason is TitleReason.NOT_IN_TARIFF:
            return [self._tariff(SUBSCRIBE, each) for each in self.tariffs_on_sale]
        held = self._held()
        return [self._tariff(UNSUBSCRIBE, held)] if held and reason is TitleReason.ALLOWED else []

    def _sale(self) -> list[Fields]:
        category = price_of(self.title)
        if category is None:
            return []
        price = float(category.price)
        return [_action(BUY, category.caption or category.name) | {"price": price, "cost": price}]

    @cached_property
    def tariffs_on_sale(self) -> list[Tariff]:
        """The tariffs that give the title and can be subscribed to, the cheapest first."""
        sold = Tariff.objects.of(self.title.operator_id).filter(
            is_enabled=True, is_archived=False, is_hidden=False, used_for_videos=True
        )
        named = [tariff.pk for tariff in self.title.tariffs.all()]
        return list((sold.filter(pk__in=named) if named else sold).order_by("price", "name", "pk"))

    def _held(self) -> Tariff | None:
        """The tariff held that gives the title and may be left."""
        wanted = [tariff for tariff in self.title.tariffs.all() if tariff.pk in self.rows.tariffs]
        return next((each for each in wanted if each.may_unsubscribe and not each.basic_priority), None)

    def _tariff(self, action: str, tariff: Tariff) -> Fields:
        is_first = action == UNSUBSCRIBE or tariff == self.tariffs_on_sale[0]
        name = action if is_first else f"{action}_{tariff.pk}"
        return _action(name, self.caller.name_of(tariff)) | {
            "price": float(tariff.price),
            "cost": float(tariff.price),
            "activation_price": float(tariff.activation_price),
            "subscription_id": tariff.pk,
            "tariff_id": tariff.pk,
            "periodical": int(tariff.period_months > 0),
        }

    def partner_offers(self) -> tuple[PartnerOffer, ...]:
        """What the title's content partner offers the caller; raises PartnerRefused."""
        partner = partner_of(self.title)
        if partner is None or not isinstance(self.caller, Viewer):
            return ()
        return partner.offers(request_of(self.caller, self.title))


def request_for(viewer: Viewer, tariffs: frozenset[int], asset: Asset | None, is_purchased: bool) -> TitleRequest:
    """What is asked when a viewer wants to play a file, or (None) any file of a title."""
    episode = asset.episode if asset else None
    kind, bound = viewer.device_type, viewer.session.device
    return TitleRequest(
        tariffs=tariffs,
        is_in_service=bool(tariffs) or is_served(viewer),
        device_is_enabled=bound is None or bound.is_enabled,
        device_type=kind.device_type.system_name if kind else "",
        is_purchased=is_purchased,
        has_file=asset is None or bool(asset.file_name or asset.external_id or asset.recorded_at),
        is_trailer=bool(asset and asset.is_trailer),
        is_free=bool(episode and episode.is_free),
        is_planned=bool(episode and episode.is_planned),
    )


def is_served(viewer: Viewer) -> bool:
    """Say whether an account is active and within its dates."""
    return is_in_service(viewer.account, int(viewer.now.timestamp()))


def _episode_id(caller: Guest, episode: Episode | None) -> str | int:
    """The wire has it as a text for those who have signed in, and as a number for the others."""
    if isinstance(caller, Viewer):
        return str(episode.pk) if episode else ""
    return episode.pk if episode else 0


def _action(action: str, caption: str) -> dict[str, Any]:
    return {
        "action": action,
        "caption": caption,
        "price": 0,
        "cost": 0,
        "activation_price": 0,
        "url": "",
        "video_id": "",
        "file_id": "",
        "episode_id": "",
        "duration": "",
        "quality": 0,
        "subscription_id": 0,
        "option_id": 0,
        "tariff_id": 0,
        "is_viewed": 0,
        "periodical": 0,
        "promo_image_url": "",
        "ext_id": "",
        "season_sort": 0,
        "episode_sort": 0,
    }


def _partner_action(offer: PartnerOffer) -> Fields:
    return _action(PARTNER + offer.action, offer.caption) | {"price": float(offer.price), "cost": float(offer.price)}


# --- doing it ---


def act(page: TitlePage, viewer: Viewer, action: str) -> None:
    """Do what the menu offers; raises Refused, and what the actions behind it raise."""
    if page.reason() is TitleReason.WRONG_DEVICE:
        raise Refused(4)
    if action.startswith(PARTNER):
        _act_at_partner(page, viewer, action.removeprefix(PARTNER))
    elif action == BUY:
        buy_title(actor=viewer.actor, account=viewer.account, title=page.title, now=viewer.now)
    elif action == UNSUBSCRIBE:
        leave_subscription(viewer, _only(page._held()).pk)
    elif action == SUBSCRIBE or action.startswith(f"{SUBSCRIBE}_"):
        _subscribe(page, viewer, action.removeprefix(f"{SUBSCRIBE}_"))
    elif action not in (WATCH, TRAILER):
        raise Refused(1)


def _only(tariff: Tariff | None) -> Tariff:
    if tariff is None:
        raise Refused(1)
    return tariff


def _act_at_partner(page: TitlePage, viewer: Viewer, action: str) -> None:
    partner = partner_of(page.title)
    if partner is None:
        raise Refused(1)
    partner.act(request_of(viewer, page.title), action)


def _subscribe(page: TitlePage, viewer: Viewer, number: str) -> None:
    offered = [each for each in page.tariffs_on_sale if number in (SUBSCRIBE, str(each.pk))]
    if not offered:
        raise Refused(1)
    buyer = Buyer(viewer.account)
    buy_tariff(actor=viewer.actor, buyer=buyer, tariff_id=offered[0].pk, now=viewer.now)


def leave_subscription(viewer: Viewer, tariff_id: int) -> None:
    """Leave a tariff; raises SubscriptionRefused."""
    leave_tariff(actor=viewer.actor, buyer=Buyer(viewer.account), tariff_id=tariff_id, now=viewer.now)


def video_subscriptions(viewer: Viewer) -> list[dict[str, Any]]:
    """The tariffs that give titles and can be seen by subscribers, or are held."""
    tariffs = Tariff.objects.of(viewer.operator.pk).filter(is_enabled=True, used_for_videos=True)
    held = video_tariffs(viewer.account, viewer.now)
    shown = [
        tariff
        for tariff in tariffs.filter(titles__is_enabled=True).distinct().order_by("name", "pk")
        if tariff.pk in held or not (tariff.is_hidden or tariff.is_archived)
    ]
    return [
        {
            "id": tariff.pk,
            "ext_id": tariff.external_id,
            "name": viewer.name_of(tariff),
            "description": tariff.description,
            "price": float(tariff.price),
            "sort": place,
            "is_purchased": tariff.pk in held,
        }
        for place, tariff in enumerate(shown, 1)
    ]

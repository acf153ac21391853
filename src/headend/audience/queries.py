"""Reading views, and what else tells what people watch."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from headend.audience.models import View
from headend.catalog.models import Programme
from headend.subscribers.models import Account, TariffSubscription
from headend.viewing.models import AssetPosition
from headend.vod.queries import shown_titles

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Viewers:
    """Whose watching counts, and since when; empty collections mean all.

    `devices` are the names of device types, `tariffs` numbers; with `only_active` accounts that are switched off and
    those that are blocked do not count.
    """

    operator_id: int
    since: datetime
    now: datetime
    devices: Collection[str] = ()
    tariffs: Collection[int] = ()
    only_active: bool = False

    @property
    def accounts(self) -> "QuerySet[Account] | None":
        """The accounts that count; None for all."""
        if not self.tariffs and not self.only_active:
            return None
        accounts: QuerySet[Account] = Account.objects.of(self.operator_id)
        if self.only_active:
            accounts = accounts.filter(is_active=True, status_reason="ACTIVE")
        return accounts.filter(self._holders()) if self.tariffs else accounts

    def _holders(self) -> Q:
        held = TariffSubscription.objects.filter(
            Q(ends_at=None) | Q(ends_at__gt=self.now), tariff__in=self.tariffs, starts_at__lte=self.now
        )
        of_all = held.filter(account=None).values("customer")
        return Q(pk__in=held.exclude(account=None).values("account")) | Q(customer__in=of_all)


def last_view(account: Account, device_uid: str, since: datetime) -> View | None:
    """The view that a device reported last, if that was not before a moment."""
    views = View.objects.filter(account=account, device_uid=device_uid, last_report_at__gte=since)
    found: View | None = views.order_by("-last_report_at").first()
    return found


def watched_channels(viewers: Viewers) -> Iterator[tuple[int, int]]:
    """Each stretch of watching: the channel, and how many seconds."""
    return _stretches(_views(viewers), "channel_id")


def watched_programmes(
    viewers: Viewers, categories: Collection[int] = (), channels: Collection[int] = ()
) -> Iterator[tuple[int, int]]:
    """Each stretch of watching that ended with a programme the guide still has, and how many seconds it lasted.

    Only programmes of some categories, and only on some channels, where these are named.
    """
    programmes = Programme.objects.filter(guide_channel__channels__operator=viewers.operator_id)
    if categories:
        programmes = programmes.filter(category__in=categories)
    views = _views(viewers).filter(programme__in=programmes.values("pk"))
    return _stretches(views.filter(channel__in=channels) if channels else views, "programme")


def watched_titles(viewers: Viewers) -> Iterator[tuple[int, int]]:
    """How far each account came in each file of a title that is shown: the title, and the seconds.

    Devices do not count: a position is an account's.
    """
    shown = shown_titles(viewers.operator_id, viewers.now)
    positions = AssetPosition.objects.filter(asset__title__in=shown.values("pk"), updated_at__gte=viewers.since)
    accounts = viewers.accounts
    if accounts is not None:
        positions = positions.filter(account__in=accounts.values("pk"))
    return positions.order_by().values_list("asset__title_id", "seconds").iterator(AT_ONCE)


def _views(viewers: Viewers) -> "QuerySet[View]":
    views: QuerySet[View] = View.objects.of(viewers.operator_id).filter(began_at__gte=viewers.since)
    if viewers.devices:
        views = views.filter(device_type__in=viewers.devices)
    accounts = viewers.accounts
    return views if accounts is None else views.filter(account__in=accounts.values("pk"))


def _stretches(views: "QuerySet[View]", what: str) -> Iterator[tuple[int, int]]:
    for number, began, last in views.order_by().values_list(what, "began_at", "last_report_at").iterator(AT_ONCE):
        yield number, int((last - began).total_seconds())

"""Who looks, and which ribbons, banners and applications they see: records become the values of `rules.is_shown`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from headend.catalog.models import Channel
from headend.operators.models import Operator
from headend.operators.queries import zone_of
from headend.portal.errors import UnknownRibbon
from headend.portal.models import Application, ApplicationType, Ribbon, TargetBanner
from headend.portal.rules import Audience, RibbonType, Viewer, fold, is_on_screen, is_shown
from headend.subscribers.models import Account
from headend.subscribers.queries import held_at, is_in_service, subscriptions_of


@dataclass(frozen=True, slots=True)
class Held:
    """What tariffs give: all channels, or those of the tariffs with these numbers. A guest is shown every channel."""

    tariffs: frozenset[int] = frozenset()
    every_channel: bool = False

    def channels(self, operator_id: int) -> QuerySet[Channel]:
        """The channels that are theirs and switched on, in the order of the channel list."""
        channels = Channel.objects.of(operator_id).filter(is_enabled=True).select_related("guide_channel")
        if not self.every_channel:
            giving = Q(tariffs__in=self.tariffs, tariffs__used_for_channels=True)
            channels = channels.filter(pk__in=Channel.objects.filter(giving).values("pk"))
        return channels.order_by("sort", "lcn", "name", "pk")


EVERYTHING = Held(every_channel=True)


def held_by(account: Account, now: datetime) -> Held:
    """The tariffs that an account holds and that count now: out of service only those for inactive accounts."""
    tariffs = [subscription.tariff for subscription in held_at(subscriptions_of(account), now)]
    if not is_in_service(account, int(now.timestamp())):
        tariffs = [tariff for tariff in tariffs if tariff.for_inactive_accounts]
    gives_all = any(tariff.all_channels and tariff.used_for_channels for tariff in tariffs)
    return Held(frozenset(tariff.pk for tariff in tariffs), gives_all)


def viewer_of(account: Account, held: Held, now: datetime, *, device_type: int | None, template: str = "") -> Viewer:
    """Somebody who is signed in; `device_type` is the number of the type of their device."""
    return Viewer(
        day=now.astimezone(zone_of(account.operator)).date(),
        account=account.pk,
        tariffs=held.tariffs,
        city=account.city,
        birth_date=account.customer.birth_date,
        device_type=device_type,
        template=template,
    )


def guest(operator: Operator, now: datetime, *, device_type: int | None, template: str = "") -> Viewer:
    """Somebody before signing in."""
    return Viewer(day=now.astimezone(zone_of(operator)).date(), device_type=device_type, template=template)


def audience_of_ribbon(ribbon: Ribbon) -> Audience:
    """To whom a ribbon is shown: what it says itself, and what its dashboard says."""
    dashboard = ribbon.dashboard
    return Audience(
        is_enabled=ribbon.is_enabled and dashboard.is_enabled,
        since=ribbon.published_from,
        until=ribbon.published_to,
        tariffs=_numbers(ribbon.tariffs.all()),
        cities=_folded(ribbon.cities),
        device_types=_numbers(dashboard.device_types.all()),
        templates=frozenset(dashboard.templates),
    )


def _numbers(records: Iterable[object]) -> frozenset[int]:
    return frozenset(record.pk for record in records)  # type: ignore[attr-defined]


def _folded(cities: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, cities))


def _ribbons(operator_id: int) -> QuerySet[Ribbon]:
    ribbons: QuerySet[Ribbon] = Ribbon.objects.of(operator_id).select_related("dashboard")
    return ribbons.prefetch_related("tariffs", "dashboard__device_types").order_by(
        "dashboard__sort", "dashboard__name", "dashboard_id", "sort", "pk"
    )


def ribbons_for(operator: Operator, viewer: Viewer, screen: str = "") -> list[Ribbon]:
    """The ribbons that a viewer sees on some screens, in their order."""
    return [
        ribbon
        for ribbon in _ribbons(operator.pk)
        if is_shown(audience_of_ribbon(ribbon), viewer) and is_on_screen(ribbon.screens, screen)
    ]


def ribbon_for(operator: Operator, viewer: Viewer, number: int, *kinds: RibbonType) -> Ribbon:
    """A ribbon that a viewer sees and that is of one of these types; raises UnknownRibbon.

    What follows on a ribbon does not say the portal's template again, so it is not asked for here.
    """
    ribbon = _ribbons(operator.pk).filter(pk=number).first()
    if ribbon is None or not is_shown(_of_any_template(audience_of_ribbon(ribbon)), viewer):
        raise UnknownRibbon("there is no such ribbon")
    if ribbon.kind not in kinds:
        raise UnknownRibbon(f"this ribbon shows {ribbon.get_kind_display()}")
    return ribbon


def _of_any_template(audience: Audience) -> Audience:
    return Audience(
        is_enabled=audience.is_enabled,
        since=audience.since,
        until=audience.until,
        tariffs=audience.tariffs,
        cities=audience.cities,
        device_types=audience.device_types,
    )


def audience_of_banner(banner: TargetBanner) -> Audience:
    """To whom a banner is shown."""
    return Audience(
        is_enabled=banner.is_enabled,
        since=banner.published_from,
        until=banner.published_to,
        accounts=frozenset(banner.accounts_among),  # type: ignore[attr-defined]
        tariffs=_numbers(banner.tariffs.all()),
        cities=_folded(banner.cities),
        on_birthday=banner.for_birthday,
    )


def banners_for(account: Account, viewer: Viewer) -> list[TargetBanner]:
    """The banners for an account now, in their order."""
    running = TargetBanner.objects.of(account.operator_id).filter(
        Q(published_from=None) | Q(published_from__lte=viewer.day),
        Q(published_to=None) | Q(published_to__gte=viewer.day),
        is_enabled=True,
    )
    banners = list(running.prefetch_related("tariffs").order_by("sort", "pk"))
    _attach_accounts(banners, account)
    return [banner for banner in banners if is_shown(audience_of_banner(banner), viewer)]


def _attach_accounts(banners: list[TargetBanner], account: Account) -> None:
    """Say of each banner whether it names accounts, and whether this one: it may name a hundred thousand."""
    through = TargetBanner.accounts.through._default_manager.filter(targetbanner__in=banners)
    naming = set(through.order_by().values_list("targetbanner_id", flat=True).distinct())
    own = set(through.filter(account=account).values_list("targetbanner_id", flat=True))
    for banner in banners:
        others = {0} if banner.pk in naming else set()
        banner.accounts_among = others | ({account.pk} if banner.pk in own else set())  # type: ignore[attr-defined]


def applications_for(operator: Operator, viewer: Viewer) -> list[Application]:
    """The applications for a kind of device and a portal's template, in their order."""
    applications = Application.objects.of(operator.pk).filter(is_enabled=True).prefetch_related("device_types")
    return [
        application
        for application in applications.order_by("sort", "name", "pk")
        if is_shown(_audience_of_application(application, viewer), viewer)
    ]


def _audience_of_application(application: Application, viewer: Viewer) -> Audience:
    return Audience(
        device_types=_numbers(application.device_types.all()),
        templates=frozenset(application.templates) if viewer.template else frozenset(),
    )


def news_addresses() -> frozenset[str]:
    """The addresses that operators' widgets name: nothing else is fetched for whoever asks."""
    widgets = Application.objects.filter(kind=ApplicationType.WIDGET, is_enabled=True, operator__is_active=True)
    return frozenset(widgets.exclude(url="").values_list("url", flat=True))

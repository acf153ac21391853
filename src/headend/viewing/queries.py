"""Reading what households do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from headend.catalog.models import Channel, Programme
from headend.subscribers.models import Account
from headend.subscribers.queries import held_at, is_in_service, subscriptions_of
from headend.viewing.errors import NothingToRemember, TicketInactive, TicketOfAnother, TicketUnknown
from headend.viewing.models import (
    AccountTitle,
    AssetPosition,
    ProgrammePosition,
    Recording,
    Reminder,
    SeanceTicket,
    TitlePurchase,
    WatchedChannel,
)
from headend.vod.models import Asset, Seance, Title

LISTINGS = {
    "favourites": Q(is_favourite=True),
    "viewed": Q(is_viewed=True),
    "viewing": Q(is_viewing=True),
    "history": Q(viewed_at__isnull=False),
}
"""The lists of titles that an account has, by what it did with them."""


class Shelf(NamedTuple):
    """Purchases that still run, and tickets to seances that somebody holds."""

    purchases: "QuerySet[TitlePurchase]"
    tickets: "QuerySet[SeanceTicket]"


@dataclass(frozen=True, slots=True)
class Habits:
    """What an account did with some titles: by title, and by file."""

    titles: Mapping[int, AccountTitle] = field(default_factory=dict)
    positions: Mapping[int, AssetPosition] = field(default_factory=dict)
    purchased: frozenset[int] = frozenset()

    def position_in(self, title: Title) -> AssetPosition | None:
        """Where the account stopped last in a title."""
        found = [position for position in self.positions.values() if position.asset.title_id == title.pk]
        return max(found, key=lambda position: position.updated_at, default=None)


def habits_of(account: Account, titles: Collection[Title], now: datetime) -> Habits:
    """What an account did with these titles: four queries, however many."""
    numbers = [title.pk for title in titles]
    thoughts = AccountTitle.objects.filter(account=account, title__in=numbers)
    positions = AssetPosition.objects.filter(account=account, asset__title__in=numbers, expires_at__gt=now)
    bought = bought_titles(account, now)
    in_packages = _packaged().filter(from_title__in=bought.values("title"), to_title__in=numbers)
    return Habits(
        titles={thought.title_id: thought for thought in thoughts},
        positions={position.asset_id: position for position in positions.select_related("asset__episode")},
        purchased=frozenset(bought.filter(title__in=numbers).values_list("title", flat=True))
        | frozenset(in_packages.values_list("to_title", flat=True)),
    )


def _packaged() -> QuerySet[Any]:
    """The pairs of packages and the titles in them."""
    pairs: QuerySet[Any] = Title.package_titles.through._default_manager.all()
    return pairs


def positions_in(account: Account, assets: Collection[Asset], now: datetime) -> dict[int, AssetPosition]:
    """Where an account stopped in some files, by file."""
    kept = AssetPosition.objects.filter(account=account, asset__in=assets, expires_at__gt=now)
    return {position.asset_id: position for position in kept}


def programme_positions(account: Account, programmes: Collection[int], now: datetime) -> dict[int, ProgrammePosition]:
    """Where an account stopped in some programmes, by the programme's number."""
    kept = ProgrammePosition.objects.filter(account=account, programme__in=programmes, expires_at__gt=now)
    return {position.programme_id: position for position in kept}


def programme_positions_of(account_ids: Collection[int] | None, now: datetime) -> dict[int, dict[int, int]]:
    """Where accounts stopped in programmes, in seconds by account and programme.

    Of these accounts, each of them named; of all that have any for None.
    """
    found: dict[int, dict[int, int]] = {number: {} for number in account_ids or ()}
    if account_ids is None or account_ids:
        kept = ProgrammePosition.objects.filter(expires_at__gt=now).order_by()
        some = kept if account_ids is None else kept.filter(account__in=account_ids)
        for account, programme, seconds in some.values_list("account_id", "programme_id", "seconds").iterator():
            found.setdefault(account, {})[programme] = seconds
    return found


def bought_titles(account: Account, now: datetime) -> QuerySet[TitlePurchase]:
    """What an account bought and may still watch; a package stands for what is in it."""
    return TitlePurchase.objects.filter(_lasting(now), account=account)


def _lasting(now: datetime) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=now)


def shelf_of(account: Account, now: datetime) -> Shelf:
    """What an account holds of titles."""
    held = SeanceTicket.objects.filter(account=account, is_active=True)
    return Shelf(bought_titles(account, now).order_by("pk"), held.order_by("pk"))


def shelves_with(title: Title, now: datetime) -> Shelf:
    """What all accounts hold of a title."""
    bought = TitlePurchase.objects.filter(_lasting(now), title=title)
    held = SeanceTicket.objects.filter(seance__title=title, account__isnull=False, is_active=True)
    return Shelf(bought.order_by("pk"), held.order_by("pk"))


def has_bought(account: Account, title: Title, now: datetime) -> bool:
    """Say whether an account bought a title, or a package that it is in."""
    bought = bought_titles(account, now)
    return bought.filter(Q(title=title) | Q(title__package_titles=title)).exists()


def in_listing(titles: QuerySet[Title], account: Account, listing: str) -> QuerySet[Title]:
    """Keep the titles of one of an account's LISTINGS."""
    mine = AccountTitle.objects.filter(LISTINGS[listing], account=account, title=OuterRef("pk"))
    return titles.filter(Exists(mine))


def in_purchases(titles: QuerySet[Title], account: Account, now: datetime) -> QuerySet[Title]:
    """Keep the titles that an account bought, alone or in a package."""
    bought = bought_titles(account, now)
    in_package = _packaged().filter(to_title=OuterRef("pk"), from_title__in=bought.values("title"))
    return titles.filter(Exists(bought.filter(title=OuterRef("pk"))) | Exists(in_package))


def order_by_habit(titles: QuerySet[Title], account: Account, column: str, *, is_descending: bool) -> QuerySet[Title]:
    """Order titles by when the account watched them (`viewed_at`) or made them favourites (`favourite_at`)."""
    mine = AccountTitle.objects.filter(account=account, title=OuterRef("pk")).values(column)[:1]
    titles = titles.annotate(habit_at=Subquery(mine))
    first = F("habit_at").desc(nulls_last=True) if is_descending else F("habit_at").asc(nulls_last=True)
    return titles.order_by(first, "-id")


def video_tariffs(account: Account, now: datetime) -> frozenset[int]:
    """The tariffs that give an account videos now; out of service only those that are for inactive accounts too."""
    held = held_at(subscriptions_of(account), now).filter(tariff__used_for_videos=True)
    if not is_in_service(account, int(now.timestamp())):
        held = held.filter(tariff__for_inactive_accounts=True)
    return frozenset(subscription.tariff_id for subscription in held)


def reminders_of(account: Account, now: datetime) -> QuerySet[Reminder]:
    """What an account wants to be reminded of and is not over, of programmes that the guide still has."""
    reminders = Reminder.objects.filter(account=account, ends_at__gt=now, programme__start__gte=0)
    return reminders.select_related("channel__guide_channel", "programme__category").order_by("starts_at", "pk")


def programme_on(account: Account, channel_id: int, programme_id: int) -> tuple[Channel, Programme]:
    """A channel of an account's operator and a programme of its guide; raises NothingToRemember."""
    channels = Channel.objects.of(account.operator_id).filter(is_enabled=True).select_related("guide_channel")
    channel = channels.filter(pk=channel_id).first()
    programme = Programme.objects.filter(pk=programme_id).first()
    if channel is None or programme is None or programme.guide_channel_id != channel.guide_channel_id:
        raise NothingToRemember("there is no such programme on this channel")
    return channel, programme


def recordings_of(account: Account, now: datetime) -> QuerySet[Recording]:
    """What an account keeps and the archive still has or will have, the latest first."""
    kept = Recording.objects.filter(account=account, expires_at__gt=now, channel__is_enabled=True)
    return kept.select_related("channel").order_by("-starts_at", "-pk")


def watched_channels(account: Account, limit: int) -> list[int]:
    """The channels that an account watched last, the latest first."""
    return list(
        WatchedChannel.objects.filter(account=account, channel__is_enabled=True)
        .order_by("-watched_at", "-pk")
        .values_list("channel", flat=True)[:limit]
    )


def find_ticket(account: Account, code: str, seance: Seance | None) -> SeanceTicket:
    """The ticket with a code that this account may use; raises TicketUnknown, TicketOfAnother and TicketInactive."""
    tickets = SeanceTicket.objects.of(account.operator_id).filter(code=code)
    if seance is not None:
        tickets = tickets.filter(seance=seance)
    ticket: SeanceTicket | None = tickets.select_related("seance__title__provider", "seance__asset").first()
    if ticket is None:
        raise TicketUnknown("there is no such ticket")
    if ticket.account_id not in (None, account.pk):
        raise TicketOfAnother("the ticket belongs to another account")
    if not ticket.is_active:
        raise TicketInactive("the ticket is not paid yet")
    return ticket


def ticket_of(account: Account, seance: Seance) -> SeanceTicket | None:
    """The ticket to a seance that an account has used already."""
    return SeanceTicket.objects.filter(account=account, seance=seance, is_active=True).first()

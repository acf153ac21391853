"""Giving blocks to accounts, noting what became of them, forgetting it. Staff's writes are `operators.actions.save`."""

from datetime import datetime, timedelta
from enum import StrEnum
from random import Random, SystemRandom
from typing import NamedTuple

from django.db import transaction

from headend.advertising.errors import AdsDisabled, FrequencyCapped
from headend.advertising.models import AdBlock, AdMovie, AdOrder, AdShow
from headend.advertising.queries import (
    blocks_in_use,
    cap_of,
    movies_of,
    settings_of,
    shown_to,
    shows_before,
    terms_of,
)
from headend.advertising.rules import Movie, Occasion, choose_blocks, order_movies
from headend.catalog.models import Channel
from headend.operators.actions import forget
from headend.operators.queries import zone_of
from headend.subscribers.models import Account

EVENTS_WITHIN = timedelta(days=1)
"""How long after a block was given devices may tell what became of it."""


class ShowEvent(StrEnum):
    SHOWN = "shown"
    SKIPPED = "skipped"


class Screen(NamedTuple):
    """How large movies may be, in pixels; 0: any size."""

    width: int = 0
    height: int = 0


ANY_SCREEN = Screen()


ANY_SCREEN = Screen()


class GivenBlock(NamedTuple):
    """A block that an account gets now: its movies in their order, and the number under which its events are noted."""

    block: AdBlock
    movies: list[AdMovie]
    show_id: int


@transaction.atomic
def give_blocks(
    *,
    account: Account,
    channel: Channel | None,
    tariffs: frozenset[int],
    moment: datetime,
    screen: Screen = ANY_SCREEN,
    chance: Random | None = None,
) -> list[GivenBlock]:
    """Choose the blocks before a channel, or before a title when there is none, and count them as given.

    Raises AdsDisabled, and FrequencyCapped when only the cap stands in the way. No audit entry: devices ask for every
    zap. Two devices of an account stand in line, so that together they get no more than the cap allows.
    """
    settings = settings_of(account.operator_id)
    if settings is None:
        raise AdsDisabled("the operator shows no advertising")
    Account.objects.select_for_update().get(pk=account.pk)
    records = blocks_in_use(account.operator_id)
    cap = cap_of(settings)
    occasion = Occasion(
        local=moment.astimezone(zone_of(account.operator)),
        now=int(moment.timestamp()),
        channel_id=channel.pk if channel else None,
        tariffs=tariffs,
    )
    shown = shown_to(account, moment, cap.interval)
    choice = choose_blocks(map(terms_of, records.values()), shown, occasion, cap)
    if choice.next_at is not None:
        raise FrequencyCapped(choice.next_at)
    chosen = [records[block.id] for block in choice.blocks]
    return [_give(account, channel, block, moment, screen, chance) for block in chosen]


def _give(  # noqa: PLR0913 - all that a show is made of
    account: Account, channel: Channel | None, block: AdBlock, moment: datetime, screen: Screen, chance: Random | None
) -> GivenBlock:
    show = AdShow.objects.create(
        operator_id=account.operator_id, account=account, block=block, channel=channel, given_at=moment
    )
    by_chance = (chance or SystemRandom()) if block.order == AdOrder.RANDOM else None
    movies = {movie.pk: movie for movie in movies_of(block)}
    terms = [Movie(movie.pk, movie.width, movie.height) for movie in movies.values()]
    ordered = order_movies(terms, by_chance, screen.width, screen.height)
    return GivenBlock(block, [movies[movie.id] for movie in ordered], show.pk)


def note_event(*, show_id: int, event: ShowEvent, moment: datetime) -> bool:
    """Note what became of a block that was given; says whether that was news. Told again, or too late, it is not."""
    field = "shown_at" if event is ShowEvent.SHOWN else "skipped_at"
    shows = AdShow.objects.filter(pk=show_id, given_at__gt=moment - EVENTS_WITHIN, **{f"{field}__isnull": True})
    return shows.update(**{field: moment}) > 0


def forget_shows(*, before: datetime) -> int:
    """Delete shows older than a moment, some at a time; says how many."""
    return forget(shows_before(before).order_by("pk"))

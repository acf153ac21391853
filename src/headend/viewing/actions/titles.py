"""What an account thinks of titles."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Sum

from headend.subscribers.models import Account
from headend.viewing.errors import BadRating
from headend.viewing.models import AccountTitle, AssetPosition
from headend.viewing.rules import HIGHEST_RATING
from headend.vod.actions import count_rating
from headend.vod.errors import TitleUnknown
from headend.vod.models import Title


def locked(account: Account) -> None:
    """Let one device of a household write at a time; others wait, so that none makes the same entry twice."""
    Account.objects.select_for_update().get(pk=account.pk)


def thought(account: Account, title_id: int) -> AccountTitle:
    """What an account thinks of a title; new when it has not thought of it yet."""
    known = AccountTitle.objects.filter(account=account, title=title_id).first()
    return known or AccountTitle(account=account, title_id=title_id)


@transaction.atomic
def set_favourites(*, account: Account, wishes: Mapping[int, bool], now: datetime) -> None:
    """Make titles favourites or not, by their numbers: all of them or, with TitleUnknown, none."""
    locked(account)
    known = set(Title.objects.of(account.operator_id).filter(pk__in=wishes).values_list("pk", flat=True))
    if known != set(wishes):
        raise TitleUnknown("there is no such title")
    for number, is_favourite in wishes.items():
        entry = thought(account, number)
        if entry.is_favourite != is_favourite:
            entry.is_favourite, entry.favourite_at = is_favourite, now if is_favourite else None
            entry.save()


@transaction.atomic
def rate_title(*, account: Account, title: Title, rating: int) -> float:
    """Rate a title from 1 to 10, again as often as one likes; gives its new average. Raises BadRating."""
    if not 1 <= rating <= HIGHEST_RATING:
        raise BadRating("a rating is from 1 to 10", "rating")
    Title.objects.select_for_update().get(pk=title.pk)  # the average counts every rating
    locked(account)
    entry = thought(account, title.pk)
    entry.rating = rating
    entry.save()
    rated = AccountTitle.objects.filter(title=title, rating__isnull=False)
    sums = rated.aggregate(total=Sum("rating"), number=Count("pk"))
    return count_rating(title=title, total=sums["total"] or 0, number=sums["number"])


@transaction.atomic
def forget_listing(*, account: Account, title: Title, listing: str) -> None:
    """Take a title from what is being watched ("viewing"), from what was seen ("viewed") or from both ("history")."""
    locked(account)
    entry = thought(account, title.pk)
    if listing in ("viewing", "history"):
        entry.is_viewing = False
        AssetPosition.objects.filter(account=account, asset__title=title, is_viewed=False).delete()
    if listing in ("viewed", "history"):
        entry.is_viewed = False
        AssetPosition.objects.filter(account=account, asset__title=title, is_viewed=True).delete()
    if listing == "history" or not (entry.is_viewing or entry.is_viewed):
        entry.viewed_at = None
    if entry.pk is not None:
        entry.save()


def forget_history(*, before: datetime, operator_id: int | None = None) -> int:
    """Take titles from every account's history that were last watched before a moment; says how many.

    Favourites and ratings stay.
    """
    old = AccountTitle.objects.filter(viewed_at__lt=before)
    if operator_id is not None:
        old = old.filter(account__operator=operator_id)
    forgotten = 0
    while numbers := list(old.values_list("pk", flat=True)[:500]):
        gone = {"is_viewing": False, "is_viewed": False, "viewed_at": None}
        forgotten += AccountTitle.objects.filter(pk__in=numbers).update(**gone)
    return forgotten

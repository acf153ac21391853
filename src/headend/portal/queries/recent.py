"""What a household watched last, of what is still theirs to watch."""

from datetime import datetime

from headend.catalog.models import Channel
from headend.portal.models import ItemKind, Selection, SelectionItem
from headend.portal.queries.audience import Held
from headend.portal.queries.programmes import Showing, showings_of
from headend.subscribers.models import Account
from headend.viewing.models import AccountTitle, ProgrammePosition
from headend.viewing.queries import watched_channels
from headend.vod.models import Title
from headend.vod.queries import for_lists, shown_titles

MOST = 50


def recent_channels(account: Account, held: Held) -> list[Channel]:
    """The channels that an account watched, the last one first."""
    numbers = watched_channels(account, MOST)
    channels = held.channels(account.operator_id).in_bulk(numbers)
    return [channels[number] for number in numbers if number in channels]


def recent_programmes(account: Account, held: Held) -> list[Showing]:
    """The programmes that an account watched from the archive, the last one first."""
    return list(showings_of(list(held.channels(account.operator_id)), _programmes(account)))


def _programmes(account: Account) -> list[int]:
    watched = ProgrammePosition.objects.filter(account=account).order_by("-updated_at", "-pk")
    return list(watched.values_list("programme_id", flat=True)[:MOST])


def recent_titles(account: Account, now: datetime) -> list[Title]:
    """The titles that an account watched, the last one first."""
    watched = AccountTitle.objects.filter(account=account, viewed_at__isnull=False).order_by("-viewed_at", "-pk")
    numbers = list(watched.values_list("title_id", flat=True)[:MOST])
    titles = for_lists(shown_titles(account.operator_id, now)).in_bulk(numbers)
    return [titles[number] for number in numbers if number in titles]


def recent_selections(account: Account, held: Held) -> list[tuple[Selection, Showing]]:
    """The selections of which an account watched a programme, each with the last one; the latest first."""
    shown = {each.programme.pk: each for each in recent_programmes(account, held)}
    items = SelectionItem.objects.filter(
        number__in=shown,
        selection__operator=account.operator_id,
        selection__kind=ItemKind.PROGRAMME,
        selection__is_hidden=False,
    )
    found: dict[int, tuple[Selection, Showing]] = {}
    places = {number: place for place, number in enumerate(shown)}
    for item in sorted(items.select_related("selection"), key=lambda item: places[item.number]):
        found.setdefault(item.selection_id, (item.selection, shown[item.number]))
    return list(found.values())

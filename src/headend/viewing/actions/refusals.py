"""Why accounts could not watch, for those whom they will ask.

No audit and no news: the gate is where this comes from.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from headend.catalog.models import Channel
from headend.kernel.portions import portions
from headend.subscribers.models import Account
from headend.viewing.models import PlayRefusal
from headend.viewing.rules import RefusedPlay

_CHUNK = 500


def remember_refusals(*, refusals: Sequence[RefusedPlay]) -> None:
    """Add to what is known of each account, channel and reason; what has vanished meanwhile is left out."""
    for some in portions(refusals, _CHUNK):
        _remember(some)


@transaction.atomic
def _remember(refusals: Sequence[RefusedPlay]) -> None:
    accounts = set(Account.objects.filter(pk__in={each.account_id for each in refusals}).values_list("pk", flat=True))
    channels = set(Channel.objects.filter(pk__in={each.channel_id for each in refusals}).values_list("pk", flat=True))
    of_these = PlayRefusal.objects.filter(account__in=accounts, channel__in=channels)
    known = {(row.account_id, row.channel_id, row.reason): row.pk for row in of_these}
    there = [each for each in refusals if each.account_id in accounts and each.channel_id in channels]
    for each in there:
        if each[:3] in known:
            changed = {**_last(each), "times": F("times") + each.times}
            PlayRefusal.objects.filter(pk=known[each[:3]]).update(**changed)
    # Another gate may have told of the same at this moment: its row stays, and the next refusal counts.
    fresh = [_row(each) for each in there if each[:3] not in known]
    PlayRefusal.objects.bulk_create(fresh, ignore_conflicts=True)


def _last(refused: RefusedPlay) -> dict[str, Any]:
    return {"last_at": datetime.fromtimestamp(refused.at, UTC), "device": refused.device[:200]}


def _row(refused: RefusedPlay) -> PlayRefusal:
    named = {"account_id": refused.account_id, "channel_id": refused.channel_id, "reason": refused.reason}
    return PlayRefusal(**named, **_last(refused), times=refused.times)


def forget_old_refusals(*, before: datetime) -> int:
    """Forget what nobody was refused any more since a moment; says how many."""
    return PlayRefusal.objects.filter(last_at__lt=before).delete()[0]

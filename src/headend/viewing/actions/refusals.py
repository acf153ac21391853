"""Why accounts could not watch, for those whom they will ask.

No audit and no news: the gate is where this comes from.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from headend.catalog.models import Channel
from headend.kernel.portions import portions
from headend.subscribers.actions import count_refusals
from headend.viewing.models import PlayRefusal
from headend.viewing.rules import RefusedPlay

_CHUNK = 500


def remember_refused_plays(*, refusals: Sequence[RefusedPlay]) -> None:
    """Add to what is known of each account, channel and reason; what has vanished meanwhile is left out."""
    for some in portions(refusals, _CHUNK):
        channels = set(Channel.objects.filter(pk__in={each.channel_id for each in some}).values_list("pk", flat=True))
        rows = [_row(each) for each in some if each.channel_id in channels]
        count_refusals(PlayRefusal, rows, same=("account_id", "channel_id", "reason"))


def _row(refused: RefusedPlay) -> PlayRefusal:
    return PlayRefusal(
        account_id=refused.account_id,
        channel_id=refused.channel_id,
        reason=refused.reason,
        device=refused.device[:200],
        times=refused.times,
        last_at=datetime.fromtimestamp(refused.at, UTC),
    )


def forget_old_refusals(*, before: datetime) -> int:
    """Forget what nobody was refused any more since a moment; says how many."""
    return PlayRefusal.objects.filter(last_at__lt=before).delete()[0]

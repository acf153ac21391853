"""Why devices were not let in, for those whom they will ask.

No audit and no news: the gate is where this comes from. As many lines as there are accounts and reasons, however often
somebody guesses.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import F

from headend.kernel.portions import portions
from headend.subscribers.actions.credentials import plain
from headend.subscribers.models import Account, AccountRefusal
from headend.subscribers.rules import RefusedSignIn

_CHUNK = 500


def remember_refused_sign_ins(*, refusals: Sequence[RefusedSignIn]) -> None:
    """Add to what is known of each account and reason; accounts that have vanished meanwhile are left out."""
    for some in portions(refusals, _CHUNK):
        count_refusals(AccountRefusal, [_row(each) for each in some], same=("account_id", "reason"))


def _row(refused: RefusedSignIn) -> AccountRefusal:
    return AccountRefusal(
        account_id=refused.account_id,
        reason=refused.reason.value,
        device_uid=plain(refused.device_uid, 200),
        address=plain(refused.address, 45),
        times=refused.times,
        last_at=datetime.fromtimestamp(refused.at, UTC),
    )


@transaction.atomic
def count_refusals(table: Any, rows: Sequence[Any], same: tuple[str, ...]) -> None:
    """Write rows of a table that says how many `times` accounts were refused something, each of them once.

    A row that is there, by the fields `same`, counts on and tells of the last. When a whole town is refused, as many
    statements are made as for a few.
    """
    of_row = attrgetter(*same)
    of_the_last = {field.attname for field in table._meta.concrete_fields} - {"id", *same}
    accounts = {row.account_id for row in rows}
    accounts &= set(Account.objects.filter(pk__in=accounts).values_list("pk", flat=True))
    there = [row for row in rows if row.account_id in accounts]
    alike = table.objects.filter(**{f"{name}__in": {getattr(row, name) for row in there} for name in same})
    known = {of_row(row): row.pk for row in alike}
    again = [row for row in there if of_row(row) in known]
    for row in again:
        row.pk, row.times = known[of_row(row)], F("times") + row.times
    table.objects.bulk_update(again, sorted(of_the_last))
    # Another gate may have told of the same at this moment: its row stays, and the next refusal counts.
    table.objects.bulk_create([row for row in there if of_row(row) not in known], ignore_conflicts=True)


def forget_refused_sign_ins(*, before: datetime) -> int:
    """Forget what nobody was refused any more since a moment; says how many."""
    return AccountRefusal.objects.filter(last_at__lt=before).delete()[0]

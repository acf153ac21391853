"""Noting scores. Staff's writes on games are `operators.actions.save`."""

from datetime import datetime

from django.db import transaction

from headend.games.models import Game, GameRecord
from headend.kernel.errors import Invalid
from headend.subscribers.models import Account

GREATEST_SCORE = 2**53  # what a portal's numbers can say exactly


@transaction.atomic
def save_score(*, account: Account, game: Game, score: int, moment: datetime) -> GameRecord:
    """Note a score when it is the account's best in the game; gives the best. Raises Invalid for an absurd one.

    No audit entry: a game may be over every minute. Two devices that come at once stand in line at the account.
    """
    if abs(score) > GREATEST_SCORE:
        raise Invalid("no game counts so far", "score")
    Account.objects.select_for_update().get(pk=account.pk)
    known: GameRecord | None = GameRecord.objects.filter(account=account, game=game).first()
    if known is not None and known.score >= score:
        return known
    record = known or GameRecord(operator_id=game.operator_id, account=account, game=game)
    record.score, record.reached_at = score, moment
    record.save()
    return record

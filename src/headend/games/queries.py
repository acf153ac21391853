"""Reading games and scoreboards."""

from django.db.models import Q, QuerySet

from headend.games.errors import UnknownGame
from headend.games.models import Game, GameRecord
from headend.subscribers.models import Account

SCOREBOARD = 10


def games_of(operator_id: int) -> QuerySet[Game]:
    """The games that an operator has switched on, in their order."""
    games: QuerySet[Game] = Game.objects.of(operator_id).filter(is_enabled=True)
    return games


def game_called(operator_id: int, system_name: str) -> Game:
    """The game that portals call so; raises UnknownGame."""
    found: Game | None = games_of(operator_id).filter(system_name=system_name).first()
    # Some engines take upper and lower case for the same.
    if found is None or found.system_name != system_name:
        raise UnknownGame(f"there is no game called {system_name!r}")
    return found


def records_of(account: Account) -> QuerySet[GameRecord]:
    """The best of an account in each game that is switched on, the greatest first."""
    records: QuerySet[GameRecord] = GameRecord.objects.filter(account=account, game__is_enabled=True)
    return records.order_by("-score", "pk")


def scoreboard(game: Game) -> list[GameRecord]:
    """The best accounts in a game, whoever was first before who came even."""
    best = GameRecord.objects.filter(game=game).select_related("account")
    return list(best.order_by("-score", "reached_at", "pk")[:SCOREBOARD])


def rank_of(game: Game, score: int) -> int:
    """Which place a score has or would have: one more than there are greater ones."""
    return GameRecord.objects.filter(Q(score__gt=score), game=game).count() + 1

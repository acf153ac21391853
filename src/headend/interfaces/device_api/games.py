"""Games: what there is, and who was how good."""

from datetime import datetime

from headend.games.actions import save_score
from headend.games.errors import UnknownGame
from headend.games.models import GameRecord
from headend.games.queries import game_called, games_of, rank_of, records_of, scoreboard
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.operators.queries import zone_of

_SHOWN_DIGITS = 4


@DEVICE_API.call("GameList", "GET", "/game/list")
def game_list(viewer: Viewer) -> Fields:
    """List the games.

    Choice: the last record is the account's own best, `account` its number; days are those of the operator's zone.
    """
    own = {record.game_id: record for record in records_of(viewer.account)}
    return {
        "games": [
            {
                "name": viewer.name_of(game),
                "system_name": game.system_name,
                "last_record_date": _day(viewer, own[game.pk].reached_at) if game.pk in own else "",
                "last_record_score": own[game.pk].score if game.pk in own else 0,
                "account": viewer.account.number,
            }
            for game in games_of(viewer.operator.pk)
        ]
    }


@DEVICE_API.call("GameScoreList", "GET", "/game/score/list/", errors={2: "the account has no scores yet"})
def score_list(viewer: Viewer) -> Fields:
    """List the account's best score in each game, the greatest first."""
    scores = [{"score": record.score} for record in records_of(viewer.account)]
    if not scores:
        raise Refused(2)
    return {"score": scores}


@DEVICE_API.call(
    "GameScoreSave",
    "GET",
    "/game/score/save/",
    errors={1: "which game?", 2: "a score is missing, or is none", 3: "there is no such game", 4: "it was not saved"},
    refusals={UnknownGame: 3, Invalid: 2},
    bad_parameter=2,
)
def save(viewer: Viewer, game: str = "", score: int | None = None) -> Fields:
    """Note a score; only an account's best in a game is kept."""
    if not game:
        raise Refused(1)
    if score is None:
        raise Refused(2)
    save_score(account=viewer.account, game=game_called(viewer.operator.pk, game), score=score, moment=viewer.now)
    return {}


@DEVICE_API.call(
    "GameScoreboardList",
    "GET",
    "/game/scoreboard/list/",
    errors={1: "which game?", 2: "there is no such game"},
    refusals={UnknownGame: 2},
)
def board(viewer: Viewer, game: str = "", score: int | None = None) -> Fields:
    """List the ten best accounts in a game, and how the caller stands.

    Choice: `self-score` is the score that was sent, else the account's best, and `rank` its place (0: no score). Of
    other accounts only the last four digits of their numbers are told, for with the whole number one may sign in.
    """
    if not game:
        raise Refused(1)
    found = game_called(viewer.operator.pk, game)
    own = records_of(viewer.account).filter(game=found).first()
    mine = score if score is not None else own.score if own else None
    return {
        "score": [
            {"account": _account(viewer, record), "date": _day(viewer, record.reached_at), "score": record.score}
            for record in scoreboard(found)
        ],
        "self-score": mine or 0,
        "rank": rank_of(found, mine) if mine is not None else 0,
    }


def _account(viewer: Viewer, record: GameRecord) -> str:
    number = str(record.account.number)
    return number if record.account_id == viewer.account.pk else f"…{number[-_SHOWN_DIGITS:]}"


def _day(viewer: Viewer, moment: datetime) -> str:
    return f"{moment.astimezone(zone_of(viewer.operator)):%Y-%m-%d}"

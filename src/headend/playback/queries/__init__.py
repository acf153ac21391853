"""From records to what the gate knows, and to the answer why something was refused."""

from headend.playback.queries.accounts import account_views
from headend.playback.queries.guides import guides_of, programme_categories
from headend.playback.queries.lineups import ServerTools, lineup_of
from headend.playback.queries.operators import operator_views
from headend.playback.queries.projection import Projection
from headend.playback.queries.refusals import Attempt, Explanation, HeldTariff, explain
from headend.playback.queries.sessions import session_views

__all__ = [
    "Attempt",
    "Explanation",
    "HeldTariff",
    "Projection",
    "ServerTools",
    "account_views",
    "explain",
    "guides_of",
    "lineup_of",
    "operator_views",
    "programme_categories",
    "session_views",
]

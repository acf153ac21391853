"""Which tariffs of an account count at a moment, for calls that the gate does not answer."""

from datetime import datetime

from headend.catalog.models import Tariff
from headend.kernel.errors import Invalid
from headend.playback.ports import make_grant
from headend.playback.queries.accounts import account_views
from headend.playback.queries.lineups import terms_of
from headend.playback.queries.operators import operator_views
from headend.playback.rules import TariffTerms, tariffs_here
from headend.subscribers.models import Account


def tariffs_of(account: Account, country: str, moment: datetime) -> frozenset[int]:
    """The numbers of the tariffs that an account may use now where it is; `country` as it was located, or "".

    The gate's own rules decide; a tariff whose countries or hours cannot be read gives nothing, as there.
    """
    now = int(moment.timestamp())
    view = next(account_views([account.pk], now=now), None)
    if view is None:
        return frozenset()
    held = {holding.tariff_id for holding in view.holdings}
    terms = _terms(account.operator_id, held)
    grant = make_grant(view, operator_views([account.operator_id])[0], terms)
    return frozenset(tariff.id for tariff in tariffs_here(grant, view.country or country, now))


def _terms(operator_id: int, numbers: set[int]) -> dict[int, TariffTerms]:
    found = {}
    for tariff in Tariff.objects.of(operator_id).filter(pk__in=numbers, is_enabled=True):
        try:
            found[tariff.pk] = terms_of(tariff, frozenset())
        except Invalid:  # the gate's lineup tells it in the log
            continue
    return found

"""Exchange rates from the European Central Bank's daily reference rates, or from whatever writes its XML.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates: <Cube time="…"><Cube currency="USD" rate="1.0823"/>…; the
base is the euro.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from headend.adapters.fetching import ask
from headend.adapters.widgets.keeping import Kept
from headend.catalog.errors import FetchFailed
from headend.portal.errors import SourceRefused, SourceUnreachable
from headend.portal.ports import Rates

KEPT_SECONDS = 3600.0
BASE = "EUR"
OK = 200


class CentralBankRates:
    """Asks an address for rates in the central bank's format."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._kept: Kept[Rates] = Kept(KEPT_SECONDS)

    def today(self) -> Rates:
        """See ExchangeRates; kept for an hour, for they change once on a working day."""
        if not self._url:
            raise SourceUnreachable("no source of exchange rates is configured")
        return self._kept.get(self._url, self._ask)

    def _ask(self) -> Rates:
        try:
            answer = ask(self._url)
        except FetchFailed as error:
            raise SourceUnreachable(str(error)) from error
        if answer.status != OK:
            raise SourceUnreachable(f"the source of exchange rates answers {answer.status}")
        return read_rates(answer.body)


def read_rates(body: bytes) -> Rates:
    """Read the central bank's XML; raises SourceRefused for anything else."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EntityDeclHandler = _refuse_entities
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, InvalidOperation) as error:
        raise SourceRefused(f"the exchange rates cannot be read: {error}") from error
    if reader.day is None or len(reader.rates) == 1:
        raise SourceRefused("there are no exchange rates in it")
    return Rates(reader.rates, reader.day)


class _Reader:
    def __init__(self) -> None:
        self.day: date | None = None
        self.rates: dict[str, Decimal] = {BASE: Decimal(1)}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            self.day = date.fromisoformat(attributes["time"])
        if "currency" in attributes:
            self._add(attributes["currency"], Decimal(attributes.get("rate", "")))

    def _add(self, currency: str, rate: Decimal) -> None:
        if not rate.is_finite() or rate <= 0:
            raise ValueError(f"{currency} has the rate {rate}")
        self.rates[currency] = rate


def _refuse_entities(*_: object) -> None:
    raise ValueError("it declares entities")

"""An operator's or a dealer's system at its desk: asks the billing API, and the dealers' API where it has the call."""

from functools import cached_property
from typing import Any

from tests.contracts.house import Answer, House
from tests.factories.catalog import make_tariff, make_virtual_tariff
from tests.factories.subscribers import make_subscription

from headend.catalog.models import Tariff, VirtualTariff
from headend.subscribers.models import Account, Customer


class Desk:
    """A house, of which the customer belongs to the dealer, and who asks: "billing" or "dealers"."""

    def __init__(self, api: str, house: House) -> None:
        self.api, self.house = api, house
        self.account: Account = house.account
        self.customer: Customer = house.account.customer
        self.customer.dealer, self.customer.external_id = house.dealer, "C-1"
        self.customer.save()

    def ask(self, name: str, /, **params: Any) -> Answer:
        return self.house.ask(f"{self.api}.{name}", **params)

    @cached_property
    def films(self) -> Tariff:
        """A tariff that stands beside the basic one."""
        return make_tariff(operator=self.house.operator, name="Films", price=5, external_id="F-1")

    @cached_property
    def bundle(self) -> VirtualTariff:
        """Another system's name for it."""
        return make_virtual_tariff(operator=self.house.operator, external_id="V-1", tariffs=[self.films])

    def held_by_all(self, **fields: Any) -> None:
        """Let the customer hold it for all accounts, as part of the bundle."""
        make_subscription(customer=self.customer, tariff=self.house.tariff)
        make_subscription(customer=self.customer, tariff=self.films, virtual_tariff=self.bundle, **fields)

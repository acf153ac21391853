"""Tariffs: what is told, taken and left, with each number."""

from tests.contracts.house import Answer, House
from tests.contracts.paying import elsewhere
from tests.contracts.scenarios import good, never, refused
from tests.factories import make_account, make_subscription, make_tariff
from tests.factories.billing import make_balance, make_other_billing
from tests.factories.billing_systems import OTHER, POOR, SILENT

from headend.billing.ports import Hook
from headend.catalog.models import Tariff
from headend.subscribers.models import TariffSubscription

SUBSCRIBE = ("AccountTariffSubscribe", "CustomerTariffSubscribe")
UNSUBSCRIBE = ("AccountTariffUnsubscribe", "CustomerTariffUnsubscribe")


def films(house: House, **fields: object) -> Tariff:
    return make_tariff(operator=house.operator, name="Films", price=5, activation_price=2, **fields)


def rich(house: House) -> House:
    make_balance(house.account.customer, 100)
    return house


@good("AccountTariffList")
def _(house: House) -> Answer:
    films(house)
    answer = house.ask("AccountTariffList")
    if not answer.is_xml:
        told = {t["name"]: (t["is_assigned"], t["price"], t["price_after_activation"]) for t in answer["tariffs"]}
        assert told == {"Basic": (1, 9.0, 9.0), "Films": (0, 7.0, 5.0)}
        assert [t["channels_count"] for t in answer["tariffs"]] == [2, 0]
    return answer


@good("CustomerTariffList")
def _(house: House) -> Answer:
    films(house)
    answer = house.ask("CustomerTariffList", show_virtual_tariffs=1)
    assert answer.is_xml or [t["price"] for t in answer["tariffs"]] == ["9.00", "7.00"]
    return answer


never("AccountTariffList", {1: "The list comes from the platform's own records, and has no other error."})
never("CustomerTariffList", {1: "The list comes from the platform's own records, no other billing is asked."})


@good("CustomerTariffSubscriptionList")
def _(house: House) -> Answer:
    return house.ask("CustomerTariffSubscriptionList")


@good("CustomerTariffSubscriptionCost")
def _(house: House) -> Answer:
    answer = rich(house).ask("CustomerTariffSubscriptionCost", tariff_id=films(house).pk)
    assert answer.is_xml or (answer["price"], answer["balance"]) == (7.0, 100.0)
    return answer


@refused("CustomerTariffSubscriptionCost", 1)
def _(house: House) -> Answer:
    return house.ask("CustomerTariffSubscriptionCost", tariff_id=films(house, is_archived=True).pk)


@refused("CustomerTariffSubscriptionCost", 4)
def _(house: House) -> Answer:
    make_other_billing(operator=house.operator, url="https://broken.example/")
    return house.ask("CustomerTariffSubscriptionCost", tariff_id=films(house).pk)


@refused("CustomerTariffSubscriptionCost", 5)
def _(house: House) -> Answer:
    elsewhere(house, Hook.PRICE, {"price": "a lot"})
    assert house.ask("CustomerTariffSubscriptionCost", tariff_id=films(house).pk).error == 5
    elsewhere(house, Hook.PRICE, SILENT)
    return house.ask("CustomerTariffSubscriptionCost", tariff_id=films(house).pk)


for _name in SUBSCRIBE:

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        tariff = films(rich(house))
        answer = house.ask(name, tariff_id=tariff.pk, channel_id=house.channels[0].pk, try_activate=1)
        assert TariffSubscription.objects.filter(tariff=tariff, ends_at=None).count() == 1
        return answer

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, tariff_id=make_tariff(price=0).pk)

    @refused(_name, 2)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, tariff_id=films(house).pk)

    @refused(_name, 3)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, tariff_id=house.tariff.pk)

    @refused(_name, 5)
    def _(house: House, name: str = _name) -> Answer:
        make_account(customer=house.account.customer)
        if name == "AccountTariffSubscribe":
            TariffSubscription.objects.update(account=None)
        better = make_tariff(operator=house.operator, basic_priority=2, price=0)
        return house.ask(name, tariff_id=better.pk)

    @refused(_name, 6)
    def _(house: House, name: str = _name) -> Answer:
        Tariff.objects.filter(pk=house.tariff.pk).update(is_required=True)
        better = make_tariff(operator=house.operator, basic_priority=2, price=0)
        return house.ask(name, tariff_id=better.pk)

    @refused(_name, 120)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name)

    @refused(_name, 4)
    def _(house: House, name: str = _name) -> Answer:
        make_other_billing(operator=house.operator, url="https://broken.example/")
        return house.ask(name, tariff_id=films(house).pk)

    @refused(_name, 105)
    def _(house: House, name: str = _name) -> Answer:
        elsewhere(house, Hook.ASSIGN, OTHER)
        assert house.ask(name, tariff_id=films(house).pk).error == 1
        elsewhere(house, Hook.ASSIGN, POOR)
        assert house.ask(name, tariff_id=films(house).pk).error == 2
        elsewhere(house, Hook.ASSIGN, SILENT)
        return house.ask(name, tariff_id=films(house).pk)


for _name in UNSUBSCRIBE:

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        held = make_subscription(customer=house.account.customer, tariff=films(house))
        answer = house.ask(name, tariff_id=held.tariff_id)
        held.refresh_from_db()
        assert held.ends_at is not None
        return answer

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, tariff_id=films(house).pk)

    @refused(_name, 2)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, tariff_id=house.tariff.pk)

    @refused(_name, 5)
    def _(house: House, name: str = _name) -> Answer:
        held = make_subscription(customer=house.account.customer, tariff=films(house, may_unsubscribe=False))
        return house.ask(name, tariff_id=held.tariff_id)

    @refused(_name, 120)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name)

    @refused(_name, 4)
    def _(house: House, name: str = _name) -> Answer:
        held = make_subscription(customer=house.account.customer, tariff=films(house))
        make_other_billing(operator=house.operator, url="https://broken.example/")
        return house.ask(name, tariff_id=held.tariff_id)

    @refused(_name, 105)
    def _(house: House, name: str = _name) -> Answer:
        held = make_subscription(customer=house.account.customer, tariff=films(house))
        elsewhere(house, Hook.REMOVE, SILENT)
        answer = house.ask(name, tariff_id=held.tariff_id)
        held.refresh_from_db()
        assert held.ends_at is None
        return answer

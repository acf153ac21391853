"""A house whose devices can pay: a gateway that answers as it is told, payments that were begun, saved cards."""

from typing import Any

from tests.contracts.house import House
from tests.factories.billing import make_card, make_merchant, make_other_billing
from tests.factories.billing_systems import ScriptedBilling, billing_at

from headend.billing.models import OtherBilling, SavedCard
from headend.billing.ports import Facts, Hook

CARD = {"card_number": "4000000000000002", "card_holder": "ADA ROSSI", "card_expire": "1230", "card_cvv": "123"}


def merchant(house: House, **options: str) -> House:
    """The house with a gateway that answers as `options` say."""
    make_merchant(operator=house.operator, options=options)
    return house


def begun(house: House, **options: str) -> dict[str, Any]:
    """A payment that was begun, as later calls name it."""
    answer = merchant(house, **options).ask("PaymentCreate", amount=12.5, device="android", autopayment_enable=1)
    assert answer.error == 0, answer.body
    return {name: answer[name] for name in ("payment_id", "transaction_id", "session_id")}


def only(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: found[name] for name in names}


def card(house: House, **options: str) -> SavedCard:
    return make_card(customer=house.account.customer, merchant=make_merchant(operator=house.operator, options=options))


def elsewhere(house: House, hook: Hook, answer: Facts | Exception) -> ScriptedBilling:
    """The house with a billing system of its own that answers so; to other hooks it agrees."""
    system = OtherBilling.objects.filter(operator=house.operator).first() or make_other_billing(operator=house.operator)
    billing = billing_at(system.url)
    billing.answers[hook] = answer
    return billing

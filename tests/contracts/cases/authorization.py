"""Signing in elsewhere, and whose phone it is."""

from typing import Any

from django.conf import settings
from tests.contracts.elsewhere import ELSEWHERE, NAME
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.subscribers import code_sent_to, make_account, make_text_gateway

from headend.subscribers.models import ConfirmationCode
from headend.subscribers.rules import CODES_A_DAY, SignInRefusal

PHONE = "+390105550001"


def elsewhere(house: House, **says: Any) -> Answer:
    settings.EXTERNAL_SUBSCRIBERS = NAME
    ELSEWHERE.__dict__.update({"operator_id": house.operator.pk} | says)
    return house.ask("LoginExt", abonement=7001, password="p", device_uid="02:00:00:00:00:09")


@good("LoginExt")
def _(house: House) -> Answer:
    answer = elsewhere(house)
    assert ELSEWHERE.asked[0].operator_id == house.operator.pk
    assert ELSEWHERE.asked[0].number == 7001
    assert not house.account.sessions.filter(device_uid="02:00:00:00:00:09").exists()
    return answer


for _number, _reason in (
    (1, SignInRefusal.NO_ACCOUNT),
    (2, SignInRefusal.INACTIVE),
    (3, SignInRefusal.NO_SESSION),
    (4, SignInRefusal.WRONG_KEY),
    (6, SignInRefusal.DEVICE_OF_ANOTHER),
    (9, SignInRefusal.WRONG_SUBNET),
    (15, SignInRefusal.WRONG_DEVICE_GROUP),
):
    refused("LoginExt", _number)(lambda house, reason=_reason: elsewhere(house, refusal=reason))


@refused("LoginExt", 7)
def _(house: House) -> Answer:
    assert elsewhere(house, is_down=True).error == 7
    settings.EXTERNAL_SUBSCRIBERS = ""
    return house.ask("LoginExt", abonement=7001, password="p")


never("LoginExt", {13: "the port to other systems knows no account that is still being made"})


# --- whose phone it is ---


def with_phone(house: House, accounts: int = 1, *, has_gateway: bool = True) -> None:
    if has_gateway:
        make_text_gateway(operator=house.operator)
    house.account.customer.mobile_phone = PHONE
    house.account.customer.external_id = "C-1"
    house.account.customer.save()
    for _each in range(accounts - 1):
        make_account(customer=house.account.customer)


@good("LoginCustomerList")
def _(house: House) -> Answer:
    with_phone(house)
    assert house.ask("LoginCustomerList", phone_number="390105550001").error == 3
    code = code_sent_to(house.operator, PHONE)
    answer = house.ask("LoginCustomerList", phone_number="+39 010 555-00-01", validation_code=code)
    assert answer.is_xml or answer["customers"] == [{"ext_id": "C-1", "abonement": house.account.number}]
    return answer


@refused("LoginCustomerList", 1)
def _(house: House) -> Answer:
    return house.ask("LoginCustomerList", phone_number=PHONE)


@refused("LoginCustomerList", 2)
def _(house: House) -> Answer:
    with_phone(house, accounts=2)
    house.ask("LoginCustomerList", phone_number=PHONE)
    answer = house.ask("LoginCustomerList", phone_number=PHONE, validation_code=code_sent_to(house.operator, PHONE))
    assert answer.is_xml or len(answer["customers"]) == 2
    return answer


@refused("LoginCustomerList", 3)
def _(house: House) -> Answer:
    with_phone(house)
    return house.ask("LoginCustomerList", phone_number=PHONE)


@refused("LoginCustomerList", 4)
def _(house: House) -> Answer:
    with_phone(house)
    house.ask("LoginCustomerList", phone_number=PHONE)
    wrong = "111111" if code_sent_to(house.operator, PHONE) != "111111" else "222222"
    return house.ask("LoginCustomerList", phone_number=PHONE, validation_code=wrong)


@refused("LoginCustomerList", 5)
def _(house: House) -> Answer:
    with_phone(house)
    house.ask("LoginCustomerList", phone_number=PHONE)
    return house.ask("LoginCustomerList", phone_number=PHONE)


@refused("LoginCustomerList", 6)
def _(house: House) -> Answer:
    with_phone(house)
    house.ask("LoginCustomerList", phone_number=PHONE)
    sent_out(house)
    return house.ask("LoginCustomerList", phone_number=PHONE)


def sent_out(house: House) -> None:
    """As if the last minutes were over, and all of the day's codes sent."""
    for row in ConfirmationCode.objects.of(house.operator.pk):
        row.sent_at -= 100
        row.sent = CODES_A_DAY
        row.save()


@refused("LoginCustomerList", 7)
def _(house: House) -> Answer:
    with_phone(house, has_gateway=False)
    return house.ask("LoginCustomerList", phone_number=PHONE)


@refused("LoginCustomerList", 8)
def _(house: House) -> Answer:
    assert house.ask("LoginCustomerList").error == 8
    return house.ask("LoginCustomerList", phone_number="call me")

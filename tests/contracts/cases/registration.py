"""Households that register themselves."""

from typing import Any

from django.conf import settings
from tests.contracts.cases.authorization import PHONE, sent_out
from tests.contracts.elsewhere import ELSEWHERE, NAME
from tests.contracts.house import ADDRESS, Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.operators import make_dealer
from tests.factories.subscribers import (
    code_sent_to,
    make_account,
    make_customer,
    make_registration_rules,
    make_text_gateway,
)

from headend.interfaces.attempts import ERRANDS
from headend.subscribers.models import Account, Captcha


def register(house: House, **sent: Any) -> Answer:
    return house.ask("AccountRegister", **{"mobile_phone_number": PHONE} | sent)


def opened(house: House, **fields: Any) -> None:
    make_registration_rules(operator=house.operator, **fields)
    make_text_gateway(operator=house.operator)


@good("AccountRegister")
def _(house: House) -> Answer:
    opened(house, confirms_phone=True, starts_in_service=True)
    dealer = make_dealer(operator=house.operator)
    sent = {"device_uid": "02:00:00:00:00:07", "dealer_id": dealer.pk, "region_code": "it", "comment": "by TV"}
    assert register(house, **sent).error == 9
    answer = register(house, code=code_sent_to(house.operator, PHONE), send_sms=1, **sent)
    account = Account.objects.of(house.operator.pk).latest("pk")
    assert (account.customer.mobile_phone, account.customer.dealer, account.country) == (PHONE, dealer, "IT")
    assert [each.tariff for each in account.customer.subscriptions.all()] == [house.tariff]
    assert [device.uid for device in account.devices.all()] == ["02:00:00:00:00:07"]
    assert account.registered_from == ADDRESS
    return answer


@refused("AccountRegister", 1)
def _(house: House) -> Answer:
    make_registration_rules(operator=house.operator, confirms_phone=True)
    assert register(house).error == 1  # nothing carries texts
    assert register(house, password="short").error == 1
    return register(house, dealer_id="none")


@refused("AccountRegister", 2)
def _(house: House) -> Answer:
    return register(house)


@refused("AccountRegister", 3)
def _(house: House) -> Answer:
    opened(house, accounts_per_hour=1)
    make_account(operator=house.operator, registered_from=ADDRESS)
    return register(house)


@refused("AccountRegister", 4)
def _(house: House) -> Answer:
    opened(house)
    house.operator.max_trial_days = 14
    house.operator.save()
    assert register(house, auto_activation_period=-1).error == 4
    return register(house, auto_activation_period=15)


@refused("AccountRegister", 5)
def _(house: House) -> Answer:
    opened(house)
    return register(house, mobile_phone_number="12345")


@refused("AccountRegister", 6)
def _(house: House) -> Answer:
    opened(house)
    make_customer(operator=house.operator, mobile_phone=PHONE.removeprefix("+"))
    assert register(house, mobile_phone_number=None, device_uid=house.bound.uid).error == 6
    return register(house)


@refused("AccountRegister", 7)
def _(house: House) -> Answer:
    opened(house)
    return register(house, mobile_phone_number=None)


@refused("AccountRegister", 8)
def _(house: House) -> Answer:
    assert register(house, external=1).error == 8
    settings.EXTERNAL_SUBSCRIBERS = NAME
    answer = register(house, external=1, login="ada")
    assert answer.error == 0
    assert answer.is_xml or (answer["abonement"], answer["password"]) == (7002, "secret-7002")
    ELSEWHERE.is_down = True
    return register(house, external=1)


@refused("AccountRegister", 9)
def _(house: House) -> Answer:
    opened(house, confirms_phone=True)
    return register(house)


@refused("AccountRegister", 10)
def _(house: House) -> Answer:
    opened(house, confirms_phone=True)
    register(house)
    return register(house, code="1")


@refused("AccountRegister", 12)
def _(house: House) -> Answer:
    opened(house, needs_captcha=True)
    answer = register(house)
    url = answer.value.findtext("captcha_url") if answer.is_xml else answer["captcha_url"]
    picture = house.get("/" + url.split("/", 3)[3])
    assert picture.content_type == "image/png"
    assert picture.body.startswith(b"\x89PNG")
    return answer


@refused("AccountRegister", 13)
def _(house: House) -> Answer:
    opened(house, needs_captcha=True)
    register(house)
    first = Captcha.objects.get().name
    answer = register(house, captcha_code="00000")
    assert Captcha.objects.get().name != first
    return answer


@refused("AccountRegister", 14)
def _(house: House) -> Answer:
    opened(house, needs_captcha=True)
    while ERRANDS.may_try(house.operator.pk, ADDRESS):
        pass
    return register(house)


@refused("AccountRegister", 15)
def _(house: House) -> Answer:
    opened(house)
    return register(house, dealer_id=make_dealer().pk)  # another operator's


@refused("AccountRegister", 18)
def _(house: House) -> Answer:
    opened(house, is_enabled=False)
    return register(house)


@refused("AccountRegister", 21)
def _(house: House) -> Answer:
    opened(house, confirms_phone=True)
    register(house)
    return register(house)


@refused("AccountRegister", 23)
def _(house: House) -> Answer:
    return register(house, custom_billing_provider_id=1)


@refused("AccountRegister", 25)
def _(house: House) -> Answer:
    opened(house, confirms_phone=True)
    register(house)
    sent_out(house)
    return register(house)


_NO_CALLS = "phones are confirmed by SMS; no telephone exchange that could tell of incoming calls is connected"
never(
    "AccountRegister",
    {
        11: "another system makes the account whole or not at all; that it did not is told by 8",
        16: _NO_CALLS,
        17: _NO_CALLS,
        19: _NO_CALLS,
        20: _NO_CALLS,
        22: _NO_CALLS,
        24: "an account that exists is not registered again, so there is no phone to compare with",
    },
)

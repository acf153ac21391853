"""Passwords, parental codes, and handing an account on."""

from typing import Any

from django.conf import settings
from tests.contracts.cases.authorization import PHONE, sent_out, with_phone
from tests.contracts.elsewhere import ELSEWHERE, NAME
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.subscribers import (
    PASSWORD,
    code_sent_to,
    make_account,
    make_customer,
    make_text_gateway,
    outbox_of,
)

from headend.kernel.passwords import verify_password
from headend.kernel.sealing import unseal
from headend.subscribers.actions import set_parent_code


@good("AccountPasswordChange")
def _(house: House) -> Answer:
    answer = house.ask("AccountPasswordChange", old_password=PASSWORD, new_password="longer than six")
    house.account.refresh_from_db()
    assert verify_password("longer than six", house.account.password)
    return answer


@refused("AccountPasswordChange", 1)
def _(house: House) -> Answer:
    assert house.ask("AccountPasswordChange", old_password=PASSWORD).error == 1
    return house.ask("AccountPasswordChange", old_password=PASSWORD, new_password="12345")


@refused("AccountPasswordChange", 2)
def _(house: House) -> Answer:
    assert house.ask("AccountPasswordChange", old_password="wrong", new_password="longer than six").error == 2
    for _attempt in range(12):
        house.ask("AccountPasswordChange", old_password="wrong", new_password="longer than six")
    return house.ask("AccountPasswordChange", old_password=PASSWORD, new_password="longer than six")


# --- the parental code ---


def give_code(house: House, code: str = "1234") -> None:
    set_parent_code(actor=house.actor, account=house.account, code=code, sealing_key=settings.ENCRYPTION_KEY)


@good("AccountParentCodeSet")
def _(house: House) -> Answer:
    assert house.ask("AccountParentCodeSet", new_pin="1234").error == 0
    answer = house.ask("AccountParentCodeSet", old_pin="1234", new_pin="4321")
    house.account.refresh_from_db()
    assert unseal(house.account.sealed_parent_code, settings.ENCRYPTION_KEY) == "4321"
    return answer


@refused("AccountParentCodeSet", 1)
def _(house: House) -> Answer:
    give_code(house)
    for sent, place in (
        ({"old_pin": "1234"}, "new_pin"),
        ({"old_pin": "1234", "new_pin": "1" * 17}, "new_pin"),
        ({"new_pin": "4321"}, "old_pin"),
        ({"old_pin": "9999", "new_pin": "4321"}, "old_pin"),
    ):
        answer = house.ask("AccountParentCodeSet", **sent)
        assert answer.is_xml or list(answer["error_messages"]) == [place]
    return answer


@good("SendParentCodeBySms")
def _(house: House) -> Answer:
    with_phone(house)
    give_code(house)
    answer = house.ask("SendParentCodeBySms")
    last = outbox_of(house.operator)[-1]
    assert last["to"] == PHONE
    assert "1234" in last["body"]
    return answer


@refused("SendParentCodeBySms", 1)
def _(house: House) -> Answer:
    with_phone(house, has_gateway=False)
    give_code(house)
    assert house.ask("SendParentCodeBySms").error == 1
    make_text_gateway(operator=house.operator, kind="smtp")  # which needs a server
    return house.ask("SendParentCodeBySms")


@refused("SendParentCodeBySms", 2)
def _(house: House) -> Answer:
    give_code(house)
    return house.ask("SendParentCodeBySms")


@refused("SendParentCodeBySms", 3)
def _(house: House) -> Answer:
    with_phone(house)
    return house.ask("SendParentCodeBySms")


@refused("SendParentCodeBySms", 4)
def _(house: House) -> Answer:
    with_phone(house)
    give_code(house)
    house.ask("SendParentCodeBySms")
    return house.ask("SendParentCodeBySms")


@refused("SendParentCodeBySms", 5)
def _(house: House) -> Answer:
    with_phone(house)
    give_code(house)
    house.ask("SendParentCodeBySms")
    sent_out(house)
    return house.ask("SendParentCodeBySms")


# --- a forgotten password ---


def reset(house: House, **sent: Any) -> Answer:
    return house.ask("AccountResetPassword", **{"mobile_phone_number": PHONE} | sent)


@good("AccountResetPassword")
def _(house: House) -> Answer:
    with_phone(house)
    assert reset(house).error == 3
    answer = reset(house, code=code_sent_to(house.operator, PHONE))
    told = outbox_of(house.operator)[-1]["body"]
    house.account.refresh_from_db()
    assert verify_password(told.removesuffix(".").rsplit(" ", 1)[1], house.account.password)
    assert reset(house, code=code_sent_to(house.operator, PHONE)).error == 5
    return answer


@refused("AccountResetPassword", 1)
def _(house: House) -> Answer:
    assert house.ask("AccountResetPassword").error == 1
    return reset(house, mobile_phone_number="12")


@refused("AccountResetPassword", 2)
def _(house: House) -> Answer:
    assert house.ask("AccountResetPassword", email="nobody@example.com").error == 2
    return reset(house)


@refused("AccountResetPassword", 3)
def _(house: House) -> Answer:
    make_text_gateway(operator=house.operator, medium="email")
    house.account.customer.email = "Ada@example.com"
    house.account.customer.save()
    answer = house.ask("AccountResetPassword", email="ADA@EXAMPLE.COM")
    assert outbox_of(house.operator)[-1]["to"] == "Ada@example.com"
    return answer


@refused("AccountResetPassword", 4)
def _(house: House) -> Answer:
    make_account(customer=make_customer(operator=house.operator, mobile_phone=PHONE.removeprefix("+")))
    with_phone(house, has_gateway=False)
    assert reset(house).error == 4
    house.account.customer.mobile_phone = "+390105550009"
    house.account.customer.save()
    make_account(customer=house.account.customer)
    return reset(house, mobile_phone_number="+390105550009")


@refused("AccountResetPassword", 5)
def _(house: House) -> Answer:
    with_phone(house)
    reset(house)
    return reset(house, code="1")


@refused("AccountResetPassword", 6)
def _(house: House) -> Answer:
    make_customer(operator=house.operator, mobile_phone=PHONE)
    return reset(house)


@refused("AccountResetPassword", 7)
def _(house: House) -> Answer:
    with_phone(house)
    reset(house)
    return reset(house)


@refused("AccountResetPassword", 8)
def _(house: House) -> Answer:
    with_phone(house, has_gateway=False)
    return reset(house)


# --- handing the account on ---


def export(house: House, **says: Any) -> Answer:
    settings.EXTERNAL_SUBSCRIBERS = NAME
    ELSEWHERE.__dict__.update(says)
    return house.ask("AccountExport", service_id="films", login="ada", password="p")


@good("AccountExport")
def _(house: House) -> Answer:
    answer = export(house)
    assert ELSEWHERE.asked == [(house.operator.pk, house.account.number, "films", "ada", "p")]
    return answer


@refused("AccountExport", 1)
def _(house: House) -> Answer:
    return export(house, is_down=True)


@refused("AccountExport", 2)
def _(house: House) -> Answer:
    return export(house, knows=False)


@refused("AccountExport", 3)
def _(house: House) -> Answer:
    return house.ask("AccountExport")

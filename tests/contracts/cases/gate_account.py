"""Scenarios of the calls for signing in and the state of an account, answered by the gate."""

import asyncio
from dataclasses import replace

from tests.contracts.gate_house import GateHouse
from tests.contracts.house import Answer
from tests.contracts.scenarios import good, never, refused
from tests.hotpath.gate.snapshots import SNAPSHOT

from headend.hotpath.gate.accounts import NUMBER_ATTEMPTS, SIGN_IN_ERRORS
from headend.messaging.rules import Mail, Notices, ToldMessage
from headend.playback.ports import Update
from headend.subscribers.rules import BoundDevice, Refused, SignInRefusal


def sign_in(house: GateHouse, **params: object) -> Answer:
    return house.ask("Login", **({"abonement": 10_001, "password": "p"} | params))


@good("Login")
def _(house: GateHouse) -> Answer:
    answer = sign_in(house)
    assert "authkey" in answer.body.decode()
    return answer


def refuse(reason: SignInRefusal, number: int) -> None:
    @refused("Login", number)
    def _(house: GateHouse) -> Answer:
        bound = BoundDevice(3, "02:00", "mag", "Infomir", "MAG322", has_session=True, created=house.now)
        house.inner.records.answer = Refused(reason, (bound,) if reason is SignInRefusal.BASIC_LIMIT else ())
        answer = sign_in(house)
        assert (b"Infomir" in answer.body) == (reason is SignInRefusal.BASIC_LIMIT)
        return answer


_OTHERWISE = {SignInRefusal.WRONG_KEY, SignInRefusal.TOO_OFTEN, SignInRefusal.CODE_NOT_SENT}
_AS_NO_ACCOUNT = {SignInRefusal.WRONG_PASSWORD, SignInRefusal.PASSWORD_NEEDED}
for _reason, (_number, _) in SIGN_IN_ERRORS.items():
    if _reason not in _OTHERWISE | _AS_NO_ACCOUNT:
        refuse(_reason, _number)


@refused("Login", 4)
def _(house: GateHouse) -> Answer:
    return sign_in(house, api_key="wrong")


@refused("Login", 7)
def _(house: GateHouse) -> Answer:
    house.inner.records.answer = Refused(SignInRefusal.CODE_NOT_SENT)
    assert sign_in(house).error == 7
    house.inner.records.is_away = True
    return sign_in(house)


@refused("Login", 28)
def _(house: GateHouse) -> Answer:
    house.inner.records.answer = Refused(SignInRefusal.NO_ACCOUNT)
    assert {sign_in(house).error for _ in range(NUMBER_ATTEMPTS)} == {1}
    return sign_in(house)


_BY_CALL = "a phone is proved by a code in a text, not by calls"
never(
    "Login",
    {
        13: "accounts are never asked for elsewhere while a device waits: whoever brings them makes them beforehand",
        16: "devices are counted as basic and additional ones, not by group",
        **dict.fromkeys((19, 20, 22, 23, 24), _BY_CALL),
    },
)


@good("Logout")
def _(house: GateHouse) -> Answer:
    answer = house.ask("Logout")
    assert house.ask("ChannelList").error == 403
    return answer


@good("AccountStatus")
def _(house: GateHouse) -> Answer:
    (account,) = (each for each in SNAPSHOT.accounts if each.id == 501)
    house.inner.gate.apply(Update(change=2, accounts=(replace(account, mail=Mail(True, house.now + 60)),)))
    house.inner.records.notices = [Notices(ToldMessage("Works", "<p>Tonight</p>", no_confirmation=False))]
    answer = house.ask("AccountStatus", with_tariffs=1)
    asyncio.run(house.inner.gate.write())
    assert len(house.inner.records.beats) == 1
    assert answer.is_xml or answer["tariff_ids"] == [1, 2]
    return answer

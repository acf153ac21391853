"""Several devices that sign in at once: one price for all, and nobody suffers from another."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import PASSWORD, make_account, make_device, make_session, make_subscription, make_tariff

from headend.kernel.passwords import hash_password
from headend.kernel.sealing import new_key
from headend.kernel.tokens import digest_of
from headend.operators.models import Change
from headend.subscribers.actions import admission, credentials, sign_in_together
from headend.subscribers.models import Account, Device, Session
from headend.subscribers.rules import Refused, SignedIn, SignInRefusal, SignInRequest

NOW = 1_800_000_000
KEY = new_key()

pytestmark = pytest.mark.django_db


def household(uid: str, **fields: object) -> Account:
    """An account with a tariff and a device that opens it by its id alone."""
    account = make_account(**{"allow_login_by_device": True} | fields)
    make_subscription(account=account)
    make_device(account=account, uid=uid)
    return account


def by_device(account: Account, uid: str) -> SignInRequest:
    return SignInRequest(account.operator_id, address="198.51.100.7", device_uid=uid)


def together(*requests: SignInRequest) -> list[SignedIn | Refused]:
    return sign_in_together(requests=requests, now=NOW, sealing_key=KEY)


def tokens(answers: list[SignedIn | Refused]) -> set[str]:
    return {digest_of(answer.token) for answer in answers if isinstance(answer, SignedIn)}


def test_each_gets_a_session_of_its_own_and_the_old_one_ends() -> None:
    accounts = [household(f"uid-{number}") for number in range(5)]
    old = [
        make_session(account=each, device=each.devices.get(), device_uid=f"uid-{n}")[0]
        for n, each in enumerate(accounts)
    ]
    answers = together(*(by_device(each, f"uid-{number}") for number, each in enumerate(accounts)))
    assert tokens(answers) == set(Session.objects.values_list("token_digest", flat=True))
    for account, before, answer in zip(accounts, old, answers, strict=True):
        assert isinstance(answer, SignedIn)
        assert (answer.session.account_id, answer.details["number"]) == (account.pk, account.number)
        assert answer.closed == (before.token_digest,)
        assert Account.objects.get(pk=account.pk).last_address == "198.51.100.7"
    told = set(Change.objects.filter(entity="subscribers.session").values_list("object_id", flat=True))
    assert told >= {*(each.pk for each in old), *Session.objects.values_list("pk", flat=True)}


def test_many_cost_as_many_statements_as_few() -> None:
    def statements(place: int, count: int) -> int:
        operator = household(f"first-{place}").operator
        uids = [f"uid-{place}-{number}" for number in range(count)]
        accounts = [household(uid, operator=operator) for uid in uids]
        with CaptureQueriesContext(connection) as asked:
            answers = together(*map(by_device, accounts, uids))
        assert len(tokens(answers)) == count
        return len(asked)

    assert statements(1, 20) == statements(2, 3)


def test_those_of_one_account_come_in_one_after_the_other() -> None:
    tariff = make_tariff(basic_sessions=0, additional_sessions=1)
    account = make_account(operator=tariff.operator, allow_login_by_device=True)
    make_subscription(account=account, tariff=tariff)
    uids = ("one", "two", "three")
    for uid in uids:
        make_device(account=account, uid=uid)
    answers = together(*(by_device(account, uid) for uid in uids))
    assert all(isinstance(answer, SignedIn) for answer in answers)
    assert Session.objects.get().device_uid == "three"
    first, second, third = (answer for answer in answers if isinstance(answer, SignedIn))
    assert (second.closed, third.closed) == ((digest_of(first.token),), (digest_of(second.token),))


def test_a_device_that_comes_twice_has_one_session() -> None:
    account = household("uid-1")
    answers = together(by_device(account, "uid-1"), by_device(account, "uid-1"))
    assert len(tokens(answers)) == 2
    assert Session.objects.get().token_digest == digest_of(answers[1].token)  # type: ignore[union-attr]
    assert Device.objects.count() == 1


def test_all_kinds_of_credentials_come_together_and_each_is_answered_in_its_place() -> None:
    known = household("uid-1")
    other = make_account(operator=known.operator)
    make_subscription(account=other)
    requests = (
        SignInRequest(known.operator_id, number=other.number, password="wrong", device_uid="uid-2", address=""),
        by_device(known, "uid-1"),
        by_device(known, "nobody's"),
        SignInRequest(known.operator_id, number=other.number, password=PASSWORD, device_uid="uid-3", address=""),
        SignInRequest(known.operator_id + 1, device_uid="uid-1", address=""),
    )
    wrong, right, unknown, by_password, elsewhere = together(*requests)
    assert isinstance(right, SignedIn)
    assert isinstance(by_password, SignedIn)
    assert wrong == Refused(SignInRefusal.WRONG_PASSWORD, account_id=other.pk)
    assert unknown == Refused(SignInRefusal.NO_ACCOUNT)
    assert elsewhere == Refused(SignInRefusal.WRONG_KEY)


def test_a_device_is_not_let_in_where_its_id_alone_opens_nothing() -> None:
    account = household("uid-1", allow_login_by_device=False)
    closed = household("uid-2")
    type(closed.operator).objects.filter(pk=closed.operator_id).update(is_active=False)
    assert together(by_device(account, "uid-1"), by_device(closed, "uid-2")) == [
        Refused(SignInRefusal.PASSWORD_NEEDED, account_id=account.pk),
        Refused(SignInRefusal.WRONG_KEY),
    ]


def test_where_one_breaks_the_others_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [household(f"uid-{number}") for number in range(3)]
    decide = admission.decide_sign_in

    def breaking(standing: Any, applicant: Any, now: int) -> Any:
        if applicant.uid == "uid-1":
            raise ValueError("this one breaks")
        return decide(standing, applicant, now)

    monkeypatch.setattr(admission, "decide_sign_in", breaking)
    first, second, third = together(*(by_device(each, f"uid-{number}") for number, each in enumerate(accounts)))
    assert second == Refused(SignInRefusal.NO_SESSION, account_id=accounts[1].pk)
    assert tokens([first, third]) == set(Session.objects.values_list("token_digest", flat=True))
    assert Session.objects.count() == 2


def test_a_password_that_was_right_is_not_hashed_again_until_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    account = make_account()
    make_subscription(account=account)
    hashed: list[str] = []
    verify = credentials.verify_password
    monkeypatch.setattr(
        credentials, "verify_password", lambda text, stored: hashed.append(text) or verify(text, stored)
    )

    def signs_in(password: str) -> bool:
        sent = SignInRequest(account.operator_id, number=account.number, password=password, address="")
        return isinstance(together(sent)[0], SignedIn)

    assert signs_in(PASSWORD)
    asked_once = len(hashed)
    assert signs_in(PASSWORD)
    assert len(hashed) == asked_once
    assert not signs_in("wrong")
    assert not signs_in("wrong")
    assert len(hashed) == asked_once + 2
    Account.objects.filter(pk=account.pk).update(password=hash_password("another one"))
    assert not signs_in(PASSWORD)
    assert signs_in("another one")

"""Idempotency keys: whatever is sent twice happens once, at the same time, after a crash, with whatever answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from tests.factories.billing import make_balance, make_merchant
from tests.factories.catalog import make_tariff
from tests.factories.gateways import ScriptedGateway
from tests.factories.subscribers import make_account, make_customer
from tests.interfaces.rest.conftest import Caller, make_caller

from headend.billing.models import Payment
from headend.billing.queries import balance_of
from headend.interfaces.rest import people
from headend.operators.actions import ANSWER_LEASE, ANSWERS_KEPT, forget_answers
from headend.operators.models import KeptAnswer
from headend.subscribers.models import Customer


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_same_answer_and_nothing_done_again(self, caller: Caller) -> None:
        first = caller.post("customers", {"last_name": "Rossi"}, "word")
        again = caller.post("customers", {"last_name": "Rossi"}, "word")
        assert (again.status_code, again.content) == (201, first.content)
        assert (again["Location"], again["ETag"], again["Content-Type"]) == (
            first["Location"],
            first["ETag"],
            first["Content-Type"],
        )
        assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
        assert len(caller.ids("customers")) == 1

    def test_the_answer_of_then_also_when_the_record_is_another_now(self, caller: Caller) -> None:
        made = caller.post("customers", {"last_name": "Rossi"}, "word")
        assert caller.patch(made["Location"], {"last_name": "Bianchi"}, "change").status_code == 200
        assert caller.delete(made["Location"], "end").status_code == 204
        assert caller.post("customers", {"last_name": "Rossi"}, "word").content == made.content
        assert caller.patch(made["Location"], {"last_name": "Bianchi"}, "change").json()["last_name"] == "Bianchi"
        gone = caller.delete(made["Location"], "end")
        assert (gone.status_code, gone.content) == (204, b"")
        assert caller.ids("customers") == []

    @pytest.mark.parametrize("body", [{"last_name": "Rossi "}, {"last_name": "Rossi", "meta": {}}, {}])
    def test_another_body_is_refused(self, caller: Caller, body: dict[str, Any]) -> None:
        caller.post("customers", {"last_name": "Rossi"}, "word")
        refused = caller.post("customers", body, "word")
        assert (refused.status_code, refused.json()["code"]) == (422, "answer_for_another")
        assert len(caller.ids("customers")) == 1

    def test_another_operation_is_refused(self, caller: Caller) -> None:
        account = make_account(operator=caller.operator)
        caller.post(f"accounts/{account.pk}/deactivate", {}, "word")
        assert caller.post(f"accounts/{account.pk}/activate", {}, "word").status_code == 422

    def test_keys_are_apart(self, caller: Caller) -> None:
        other = make_caller(caller.operator)
        for who in (caller, other):
            assert who.post("customers", {}, "word").status_code == 201
        assert caller.post("customers", {}, "WORD").status_code == 201
        assert len(caller.ids("customers")) == 3

    def test_refusals_are_kept_too(self, caller: Caller) -> None:
        account = make_account(operator=caller.operator)
        tariff = make_tariff(operator=caller.operator, price=5)
        refused = caller.post(f"accounts/{account.pk}/buy", {"tariff_id": tariff.pk}, "word")
        make_balance(account.customer, 10)
        again = caller.post(f"accounts/{account.pk}/buy", {"tariff_id": tariff.pk}, "word")
        assert (refused.status_code, again.status_code, again.content) == (409, 409, refused.content)
        assert caller.post(f"accounts/{account.pk}/buy", {"tariff_id": tariff.pk}, "other").status_code == 200

    def test_posts_must_have_one(self, caller: Caller) -> None:
        answer = caller._client.post("/api/v1/customers", {}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
        number = make_customer(operator=caller.operator).pk
        assert caller.patch(f"customers/{number}", {"email": "a@example.com"}).status_code == 200

    @pytest.mark.parametrize("word", ["x" * 256, "слово", "tab\t", "\x7f"])
    def test_bad_ones(self, caller: Caller, word: str) -> None:
        answer = caller.post("customers", {}, word.encode().decode("latin-1"))
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_bad")

    def test_they_are_forgotten_after_a_day(self, caller: Caller) -> None:
        caller.post("customers", {}, "word")
        KeptAnswer.objects.update(at=datetime.now(UTC) - ANSWERS_KEPT - timedelta(seconds=1))
        assert caller.post("customers", {}, "word").status_code == 201
        assert len(caller.ids("customers")) == 2
        assert forget_answers(before=datetime.now(UTC) + timedelta(seconds=1)) == 1

    def test_what_is_kept_cannot_be_read(self, caller: Caller) -> None:
        caller.post("customers", {"last_name": "Rossi"}, "word")
        kept = KeptAnswer.objects.get()
        assert "Rossi" not in kept.sealed
        assert "word" not in (kept.digest, kept.fingerprint)

    def test_a_defect_leaves_nothing_and_may_be_tried_again(self, caller: Caller, monkeypatch: Any) -> None:
        def broken(*_: Any, **__: Any) -> None:
            Customer.objects.create(operator=caller.operator)
            raise RuntimeError("a defect")

        with monkeypatch.context() as patch:
            patch.setattr(people.actions, "create_customer", broken)
            assert caller.post("customers", {}, "word").status_code == 500
        assert not KeptAnswer.objects.exists()
        assert caller.post("customers", {}, "word").status_code == 201
        assert len(caller.ids("customers")) == 1


@pytest.mark.django_db
class TestAfterACrash:
    def test_who_died_before_the_end_left_nothing(self, caller: Caller, monkeypatch: Any) -> None:
        """Killed in the middle: the claim is there, the write is not. After a while somebody else carries it out."""

        def killed(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(people.actions, "create_customer", killed)
            with pytest.raises(KeyboardInterrupt):
                caller.post("customers", {}, "word")
        assert KeptAnswer.objects.get().status is None
        waiting = caller.post("customers", {}, "word")
        assert (waiting.status_code, waiting.json()["code"]) == (409, "answer_pending")
        KeptAnswer.objects.update(at=datetime.now(UTC) - ANSWER_LEASE)
        assert caller.post("customers", {}, "word").status_code == 201
        assert len(caller.ids("customers")) == 1

    def test_who_was_thought_dead_and_was_not_does_nothing(self, caller: Caller, monkeypatch: Any) -> None:
        create = people.actions.create_customer
        slept: list[int] = []

        def sleepy(**fields: Any) -> Customer:
            if not slept:
                slept.append(1)
                KeptAnswer.objects.update(at=datetime.now(UTC) - ANSWER_LEASE)
                with monkeypatch.context() as patch:
                    patch.setattr(people.actions, "create_customer", create)
                    assert caller.post("customers", {}, "word").status_code == 201
            return create(**fields)

        monkeypatch.setattr(people.actions, "create_customer", sleepy)
        late = caller.post("customers", {}, "word")
        assert (late.status_code, late.json()["code"]) == (409, "answer_pending")
        assert caller.post("customers", {}, "word").status_code == 409

    def test_a_refund_of_unknown_outcome_is_not_tried_again(self, caller: Caller, monkeypatch: Any) -> None:
        payment = make_balance(make_customer(operator=caller.operator), 10)
        Payment.objects.filter(pk=payment.pk).update(merchant=make_merchant(operator=caller.operator), reference="r")

        told = len(ScriptedGateway.told)

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(ScriptedGateway, "refund", killed)
            with pytest.raises(KeyboardInterrupt):
                caller.post(f"payments/{payment.pk}/refund", {}, "word")
        KeptAnswer.objects.update(at=datetime.now(UTC) - ANSWER_LEASE)
        assert caller.post(f"payments/{payment.pk}/refund", {}, "word").status_code == 409
        assert "refund" not in {call[0] for call in ScriptedGateway.told[told:]}


def at_once(number: int, work: Callable[[int], Any]) -> list[Any]:
    """What `work` gives for 0, 1, … when all begin at the same moment, each in a thread of its own."""
    ready, found = Barrier(number), [None] * number

    def run(place: int) -> None:
        try:
            ready.wait()
            found[place] = work(place)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_many_at_once_happen_once(caller: Caller) -> None:
    customer = make_customer(operator=caller.operator)
    body = {"customer_id": customer.pk, "amount": "5"}
    answers = at_once(6, lambda _: caller.post("payments", body, "word"))
    done = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in done}) == 1
    assert (str(balance_of(customer)), len(caller.ids("payments"))) == ("5.00", 1)
    assert caller.post("payments", body, "word").content == done[0].content


@pytest.mark.django_db(transaction=True)
def test_several_words_at_once_all_happen(caller: Caller) -> None:
    customer = make_customer(operator=caller.operator)
    body = {"customer_id": customer.pk, "amount": "5"}
    answers = at_once(6, lambda place: caller.post("payments", body, f"word {place}"))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert str(balance_of(customer)) == "30.00"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_saw_the_same_one_writes(caller: Caller) -> None:
    number = make_customer(operator=caller.operator).pk
    tag = caller.get(f"customers/{number}")["ETag"]
    names = ("Rossi", "Bianchi", "Verdi")
    answers = at_once(3, lambda place: caller.patch(f"customers/{number}", {"last_name": names[place]}, If_Match=tag))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    (winner,) = (answer for answer in answers if answer.status_code == 200)
    assert caller.get(f"customers/{number}").content == winner.content

"""The billing API's calls for transactions, payments and promo codes."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tests.contracts.desk import Desk
from tests.contracts.desk_scenarios import good, refused
from tests.contracts.house import Answer
from tests.contracts.paying import CARD
from tests.factories.billing import make_balance, make_card, make_merchant, make_promo
from tests.factories.catalog import make_tariff
from tests.factories.subscribers import make_account, make_customer
from tests.factories.vod import make_title

from headend.billing.models import Kind, Merchant, Payment, PaymentStatus, PromoCode, Transaction
from headend.billing.ports import Failure
from headend.billing.queries import balance_of
from headend.subscribers.models import Account
from headend.viewing.models import TitlePurchase

NOBODY = 10**8


def named(desk: Desk) -> dict[str, int]:
    return {"customer_id": desk.customer.pk}


# --- transactions ---


@good("TransactionCreate")
def _(desk: Desk) -> Answer:
    Account.objects.update(is_active=False)
    more = {"customer_ext_id": "C-1", "comment": "bank transfer", "activate_accounts": 1}
    answer = desk.ask("TransactionCreate", ext_id="T-1", amount=12.5, processed=1, customer_id=-1, **more)
    assert balance_of(desk.customer) == Decimal("12.5")
    assert Account.objects.get(pk=desk.account.pk).is_active
    assert desk.ask("TransactionCreate", id="T-2", amount=-20, processed="True", **named(desk)).error == 0
    assert balance_of(desk.customer) == Decimal("-7.5")
    return answer


@refused("TransactionCreate", 1)
def _(desk: Desk) -> Answer:
    waiting = {"ext_id": "T-9", "amount": 5, **named(desk)}
    assert desk.ask("TransactionCreate", **waiting).error == 0
    assert (balance_of(desk.customer), desk.ask("TransactionCreate", **waiting).error) == (0, 1)
    assert desk.ask("TransactionCreate", **waiting | {"amount": 6}, processed=1).error == 1
    assert desk.ask("TransactionCreate", **waiting, processed=1).error == 0
    assert balance_of(desk.customer) == 5
    return desk.ask("TransactionCreate", **waiting, processed=1)


@refused("TransactionCreate", 2)
def _(desk: Desk) -> Answer:
    return desk.ask("TransactionCreate", amount=5, **named(desk))


@refused("TransactionCreate", 3)
def _(desk: Desk) -> Answer:
    return desk.ask("TransactionCreate", ext_id="T-1", amount=-5, processed=1, transaction_type=1, **named(desk))


@refused("TransactionCreate", 4)
def _(desk: Desk) -> Answer:
    film = {"transaction_type": 1, "video_ext_id": make_title(external_id="film").external_id}
    return desk.ask("TransactionCreate", ext_id="T-1", amount=-5, processed=1, **film, **named(desk))


@refused("TransactionCreate", 5)
def _(desk: Desk) -> Answer:
    make_title(operator=desk.house.operator, external_id="film")
    film = {"transaction_type": 1, "video_ext_id": "film", "amount": -5, "processed": 1, **named(desk)}
    until = "2027-01-02 03:04:05"
    assert desk.ask("TransactionCreate", ext_id="T-1", video_available_until=until, **film).error == 0
    bought = TitlePurchase.objects.get()
    assert (bought.account, bought.price, bought.ends_at) == (
        desk.account,
        5,
        datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert Transaction.objects.get(external_id="T-1").kind == Kind.TITLE
    answer = desk.ask("TransactionCreate", ext_id="T-2", video_available_until="soon", **film)
    assert Transaction.objects.count() == 1
    for number, bad in (
        (6, {"customer_id": NOBODY}),
        (7, {"amount": 0}),
        (7, {"amount": "NaN"}),
        (7, {"amount": 0.001}),
    ):
        assert desk.ask("TransactionCreate", **{"ext_id": "T-2", **film, **bad}).error == number
    return answer


@good("TransactionDelete")
def _(desk: Desk) -> Answer:
    for ext_id, processed in (("T-1", 1), ("T-2", 0)):
        assert desk.ask("TransactionCreate", ext_id=ext_id, amount=5, processed=processed, **named(desk)).error == 0
    answer = desk.ask("TransactionDelete", ext_id="T-1")
    assert desk.ask("TransactionDelete", id="T-2", **named(desk)).error == 0
    assert (balance_of(desk.customer), Payment.objects.get().status) == (0, PaymentStatus.FAILED)
    return answer


@refused("TransactionDelete", 1)
def _(desk: Desk) -> Answer:
    assert desk.ask("TransactionCreate", ext_id="T-1", amount=5, processed=1, **named(desk)).error == 0
    assert desk.ask("TransactionDelete", ext_id="T-1").error == 0
    assert desk.ask("TransactionDelete", ext_id="T-1").error == 1
    return desk.ask("TransactionDelete", ext_id="unknown")


@refused("TransactionDelete", 2)
def _(desk: Desk) -> Answer:
    return desk.ask("TransactionDelete", ext_id="")


@good("CustomerTransactionList")
def _(desk: Desk) -> Answer:
    make_balance(desk.customer, 3)
    for ext_id, amount, processed in (("T-1", 5, 1), ("T-2", 7, 0), ("T-3", -1, 1)):
        sent = {"amount": amount, "processed": processed, "comment": "x"}
        assert desk.ask("TransactionCreate", ext_id=ext_id, **sent, **named(desk)).error == 0
    answer = desk.ask("CustomerTransactionList", ext_id="C-1")
    told = [(row["ext_id"], row["amount"], row["source"], row["processed"]) for row in answer["payments"]]
    assert told == [("T-2", "7.00", "3", 0), ("T-3", "-1.00", "3", 1), ("T-1", "5.00", "3", 1), ("", "3.00", "4", 1)]
    pages = [desk.ask("CustomerTransactionList", **named(desk), limit=2, page=page)["payments"] for page in (1, 2, 3)]
    assert [row for page in pages for row in page] == answer["payments"]
    assert desk.ask("CustomerTransactionList", **named(desk), page=0).error == 2
    return answer


@refused("CustomerTransactionList", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerTransactionList", customer_id=NOBODY)


# --- payments at gateways ---


@good("CustomerMerchantUrl")
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator, name="Cards")
    answer = desk.ask("CustomerMerchantUrl", **named(desk), amount=10)
    assert answer["url"].startswith("https://pay.example/")
    assert (answer["merchant_name"], Payment.objects.get().amount) == ("Cards", 10)
    return answer


@refused("CustomerMerchantUrl", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerMerchantUrl", customer_id=NOBODY, amount=10)


@refused("CustomerMerchantUrl", 2)
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator)
    assert desk.ask("CustomerMerchantUrl", **named(desk)).error == 2
    return desk.ask("CustomerMerchantUrl", **named(desk), amount=-1)


@refused("CustomerMerchantUrl", 3)
def _(desk: Desk) -> Answer:
    make_merchant()
    return desk.ask("CustomerMerchantUrl", **named(desk), amount=10, merchant_type="scripted")


@refused("CustomerMerchantUrl", 4)
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator)
    nobody = make_customer(operator=desk.house.operator)  # without an account
    return desk.ask("CustomerMerchantUrl", customer_id=nobody.pk, amount=10)


@refused("CustomerMerchantUrl", 723)
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator, gateway="gone")
    return desk.ask("CustomerMerchantUrl", **named(desk), amount=10)


def begun(desk: Desk, **options: str) -> dict[str, str]:
    make_merchant(operator=desk.house.operator, options=options)
    numbers: dict[str, str] = desk.ask("CustomerPaymentCreate", **named(desk), amount=10)["payments"]
    return numbers


def paid(desk: Desk, **options: str) -> Answer:
    return desk.ask("CustomerPaymentProcess", **named(desk), payment_id=begun(desk, **options)["payment_id"], **CARD)


@good("CustomerPaymentCreate")
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator)
    answer = desk.ask("CustomerPaymentCreate", ext_id="C-1", amount=10)
    payment = Payment.objects.get()
    assert answer["payments"]["transaction_id"] == str(payment.pk)
    assert (payment.amount, payment.status, payment.account) == (10, PaymentStatus.PENDING, desk.account)
    return answer


@good("CustomerPaymentProcess")
def _(desk: Desk) -> Answer:
    answer = paid(desk, state="paid")
    assert balance_of(desk.customer) == 10
    return answer


@refused("CustomerPaymentCreate", 100)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerPaymentCreate", customer_id=NOBODY, amount=10)


@refused("CustomerPaymentCreate", 4)
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator)
    return desk.ask("CustomerPaymentCreate", **named(desk), amount="much")


@refused("CustomerPaymentCreate", 12)
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator)
    nobody = make_customer(operator=desk.house.operator)
    return desk.ask("CustomerPaymentCreate", customer_id=nobody.pk, amount=10)


@refused("CustomerPaymentCreate", 723)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerPaymentCreate", **named(desk), amount=10)


@refused("CustomerPaymentProcess", 100)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerPaymentProcess", customer_id=NOBODY, payment_id="x", **CARD)


@refused("CustomerPaymentProcess", 4)
def _(desk: Desk) -> Answer:
    numbers = begun(desk)
    other = make_account(operator=desk.house.operator).customer
    for sent in ({"payment_id": "unknown"}, {**numbers, "transaction_id": NOBODY}, {**numbers, "card_number": ""}):
        sent.pop("session_id", None)
        assert desk.ask("CustomerPaymentProcess", **{**CARD, **named(desk), **sent}).error == 4
    return desk.ask("CustomerPaymentProcess", customer_id=other.pk, payment_id=numbers["payment_id"], **CARD)


@refused("CustomerPaymentProcess", 1)
def _(desk: Desk) -> Answer:
    numbers = begun(desk)
    Merchant.objects.update(gateway="gone")
    return desk.ask("CustomerPaymentProcess", **named(desk), payment_id=numbers["payment_id"], **CARD)


OF_GATEWAYS = {
    2: Failure.INTERNAL,
    3: Failure.NETWORK,
    5: Failure.CARD_UNLINKED,
    6: Failure.FRAUD,
    7: Failure.FUNDS,
    8: Failure.AMOUNT_LIMITS,
    9: Failure.NEEDS_3DS,
    10: Failure.BAD_CARD,
    11: Failure.DECLINED_FOR_GOOD,
    13: Failure.UNSUPPORTED,
    14: Failure.REGISTRATION,
}


def _fails(number: int, failure: Failure) -> None:
    @refused("CustomerPaymentCreate", number)
    def _(desk: Desk) -> Answer:
        make_merchant(operator=desk.house.operator, options={"fails": failure.value})
        return desk.ask("CustomerPaymentCreate", **named(desk), amount=10)

    @refused("CustomerPaymentProcess", number)
    def _(desk: Desk) -> Answer:
        answer = paid(desk, fails=failure.value, fails_at="pay_by_card")
        assert balance_of(desk.customer) == 0
        return answer


for _number, _failure in OF_GATEWAYS.items():
    _fails(_number, _failure)


@refused("CustomerPaymentCreate", 1)
def _(desk: Desk) -> Answer:
    make_merchant(operator=desk.house.operator, options={"fails": Failure.UNKNOWN.value})
    return desk.ask("CustomerPaymentCreate", **named(desk), amount=10)


@refused("CustomerPaymentProcess", 12)
def _(desk: Desk) -> Answer:
    return paid(desk, fails=Failure.UNREGISTERED.value, fails_at="pay_by_card")


@good("CustomerSavedCardPay")
def _(desk: Desk) -> Answer:
    merchant = make_merchant(operator=desk.house.operator, options={"state": "paid"})
    make_card(customer=desk.customer, merchant=merchant)
    answer = desk.ask("CustomerSavedCardPay", abonement=desk.account.number, amount=10)
    assert balance_of(desk.customer) == 10
    return answer


@refused("CustomerSavedCardPay", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerSavedCardPay", abonement=NOBODY, amount=10)


@refused("CustomerSavedCardPay", 2)
def _(desk: Desk) -> Answer:
    make_card(customer=desk.customer, merchant=make_merchant(operator=desk.house.operator))
    return desk.ask("CustomerSavedCardPay", abonement=desk.account.number, amount=0)


@refused("CustomerSavedCardPay", 3)
def _(desk: Desk) -> Answer:
    assert desk.ask("CustomerSavedCardPay", abonement=desk.account.number, amount=10).error == 3
    merchant = make_merchant(operator=desk.house.operator, options={"state": "failed"})
    make_card(customer=desk.customer, merchant=merchant)
    return desk.ask("CustomerSavedCardPay", abonement=desk.account.number, amount=10)


# --- promo codes ---


@good("PromoCreate")
def _(desk: Desk) -> Answer:
    gives = {"amount": 5, "discount": 10, "free_tariffs": str(desk.films.pk), "tariffs": [desk.house.tariff.pk]}
    answer = desk.ask("PromoCreate", **gives, count=3, length=8, valid_until="2099-12-31", activation_count=0)
    assert [len(row["code"]) for row in answer["promo_codes"]] == [8, 8, 8]
    promo = PromoCode.objects.get(pk=answer["promo_codes"][0]["id"])
    assert (promo.amount, promo.discount, promo.valid_until) == (5, 10, date(2099, 12, 31))
    assert [promo.free_tariffs.get(), promo.tariffs.get()] == [desk.films, desk.house.tariff]
    [mine] = desk.ask("PromoCreate", amount=5, account_id=desk.account.pk)["promo_codes"]
    other = make_account(operator=desk.house.operator)
    assert desk.ask("PromoActivate", id=mine["id"], account_id=other.pk).error == 2
    assert desk.ask("PromoActivate", code=mine["code"], account_id=desk.account.pk).error == 0
    return answer


@refused("PromoCreate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("PromoCreate", account_id=NOBODY, amount=5)


@refused("PromoCreate", 2)
def _(desk: Desk) -> Answer:
    for field, sent in (
        ("count", {"amount": 5, "count": 1001}),
        ("length", {"amount": 5, "length": 3}),
        ("amount", {}),
        ("discount", {"discount": 101}),
        ("free_tariffs", {"free_tariffs": make_tariff().pk}),
        ("valid_from", {"amount": 5, "valid_from": "soon"}),
    ):
        answer = desk.ask("PromoCreate", **sent)
        assert list(answer["error_fields"]) == [field], answer.body
    assert not PromoCode.objects.exists()
    return answer


@good("PromoActivate")
def _(desk: Desk) -> Answer:
    promo = make_promo(operator=desk.house.operator, amount=5)
    answer = desk.ask("PromoActivate", id=promo.pk, code=promo.code, account_id=desk.account.pk)
    assert (balance_of(desk.customer), answer["amount"]) == (5, 5.0)
    return answer


def _activate(desk: Desk, **fields: object) -> Answer:
    promo = make_promo(operator=desk.house.operator, **{"amount": 5, **fields})
    return desk.ask("PromoActivate", code=promo.code, account_id=desk.account.pk)


@refused("PromoActivate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("PromoActivate", code=make_promo(operator=desk.house.operator, amount=5).code, account_id=NOBODY)


@refused("PromoActivate", 2)
def _(desk: Desk) -> Answer:
    assert desk.ask("PromoActivate", id=NOBODY, account_id=desk.account.pk).error == 2
    return desk.ask("PromoActivate", code=make_promo(amount=5).code, account_id=desk.account.pk)


@refused("PromoActivate", 3)
def _(desk: Desk) -> Answer:
    return _activate(desk, is_enabled=False)


@refused("PromoActivate", 4)
def _(desk: Desk) -> Answer:
    assert _activate(desk, code="ONCE").error == 0
    return desk.ask("PromoActivate", code="once", account_id=desk.account.pk)


@refused("PromoActivate", 5)
def _(desk: Desk) -> Answer:
    return _activate(desk, valid_until=date(2020, 1, 1))


@refused("PromoActivate", 6)
def _(desk: Desk) -> Answer:
    Account.objects.update(is_active=False)
    return _activate(desk)

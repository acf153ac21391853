"""The customer: what is told, changed, sent and completed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.contracts.house import Answer, House
from tests.contracts.paying import begun, elsewhere
from tests.contracts.scenarios import good, never, refused
from tests.factories.billing import make_balance, make_card
from tests.factories.billing_systems import LACKS, POOR, SILENT
from tests.factories.subscribers import code_sent_to, make_customer, make_text_gateway, outbox_of

from headend.billing.actions import charge
from headend.billing.models import Kind, Merchant, SavedCard
from headend.billing.ports import Hook
from headend.subscribers.models import Customer

PHONE = "+390105550077"


def moved(house: House) -> House:
    """The house with a balance of 88: 100 came in, a subscription and a title were bought."""
    customer = house.account.customer
    make_balance(customer, 100)
    for kind, amount in ((Kind.SUBSCRIPTION, 9), (Kind.TITLE, 3)):
        charge(actor=house.actor, customer=customer, amount=Decimal(amount), kind=kind, now=datetime.now(UTC))
    return house


@good("CustomerBalance")
def _(house: House) -> Answer:
    answer = moved(house).ask("CustomerBalance")
    assert answer.is_xml or answer["balance"] == "88.00"
    return answer


@refused("CustomerBalance", 1)
def _(house: House) -> Answer:
    elsewhere(house, Hook.BALANCE, LACKS)
    return house.ask("CustomerBalance")


@refused("CustomerBalance", 2)
def _(house: House) -> Answer:
    elsewhere(house, Hook.BALANCE, {"balance": "4.505"})
    answer = house.ask("CustomerBalance")
    assert answer.is_xml or answer["balance"] == "4.51"
    for odd in ({"balance": "NaN"}, {"balance": []}, POOR, SILENT):
        elsewhere(house, Hook.BALANCE, odd)
        answer = house.ask("CustomerBalance")
        assert answer.error == 2
    return answer


@good("CustomerInfo")
def _(house: House) -> Answer:
    today = datetime.now(UTC).strftime("%d.%m.%Y")
    answer = moved(house).ask("CustomerInfo", date_from="01.01.2020", date_to=today, show_virtual_tariffs=1)
    if not answer.is_xml:
        sums = {book: sum(each["amount"] for each in found) for book, found in answer["payments"].items()}
        assert sums == {"btv": -9.0, "vod": -3.0, "other": 100.0}
        assert (answer["monthly_payment"], answer["annual_payment"]) == ("9.00", "108.00")
        assert (answer["payment_sum"], answer["current_debt_amount"]) == (0.0, "0.00")
        before = house.ask("CustomerInfo", date_from="01.01.2020", date_to="02.01.2020")
        assert before["payments"] == {"btv": [], "vod": [], "other": []}
        assert house.ask("CustomerInfo")["payments"]["btv"] != []
    return answer


@refused("CustomerInfo", 2)
def _(house: House) -> Answer:
    assert house.ask("CustomerInfo", date_from="01.01.0001", date_to="31.12.9999").error == 0
    assert house.ask("CustomerInfo", date_to="01.01.0001").error == 0
    return house.ask("CustomerInfo", date_from="2020-01-01")


@refused("CustomerInfo", 1)
def _(house: House) -> Answer:
    told = {"time": 1_800_000_000, "amount": "-9", "comment": "Basic", "kind": "subscription"}
    elsewhere(house, Hook.BALANCE, {"balance": "4", "recommended_payment": 5, "id_for_payment": "77"})
    elsewhere(house, Hook.PAYMENTS, {"payments": [told]})
    answer = house.ask("CustomerInfo")
    if not answer.is_xml:
        found = [answer[name] for name in ("balance", "payment_sum", "id_for_payment")]
        assert (found, [each["amount"] for each in answer["payments"]["btv"]]) == (["4.00", 5.0, 77], [-9.0])
    for odd in ({"payments": 7}, {"payments": [{"time": "yesterday"}]}, {"payments": [7]}, LACKS):
        elsewhere(house, Hook.PAYMENTS, odd)
        answer = house.ask("CustomerInfo")
        assert answer.error == 1
    return answer


@good("CustomerInfoV2")
def _(house: House) -> Answer:
    house.account.deactivates_on = date(2000, 1, 31)
    house.account.save()
    make_card(customer=house.account.customer, for_autopayment=True)
    answer = house.ask("CustomerInfoV2")
    if not answer.is_xml:
        told = (answer["deactivation_date"], answer["deactivation_date_to"], answer["activation_days_left"])
        assert told == ("2000-01-31", "2000-02-29", 0)
        assert (answer["autopayment_enabled"], answer["payment_sum"]) == (1, 9.0)
    return answer


never(
    "CustomerInfoV2",
    {400: "The call takes no parameters that could be bad.", 404: "Whoever has a session has a customer."},
)


@good("CustomerPaymentInfo")
def _(house: House) -> Answer:
    answer = house.ask("CustomerPaymentInfo")
    assert answer.is_xml or answer["details"] == [{"title": "Basic", "sum": 9.0, "date": ""}]
    return answer


@refused("CustomerPaymentInfo", 1)
def _(house: House) -> Answer:
    elsewhere(house, Hook.BALANCE, LACKS)
    return house.ask("CustomerPaymentInfo")


@refused("CustomerPaymentInfo", 2)
def _(house: House) -> Answer:
    elsewhere(house, Hook.BALANCE, SILENT)
    return house.ask("CustomerPaymentInfo")


# --- what customers change ---


def set_info(house: House, **sent: Any) -> Answer:
    return house.ask("CustomerInfoSet", **sent)


@good("CustomerInfoSet")
def _(house: House) -> Answer:
    make_text_gateway(operator=house.operator)
    sent = {"firstname": "Ada", "lastname": "Rossi", "email": "ada@example.com", "mobile_phone_number": PHONE}
    assert set_info(house, **sent).error == 3
    customer = Customer.objects.get(pk=house.account.customer_id)
    assert (customer.first_name, customer.mobile_phone) == ("", "")
    answer = set_info(house, code=code_sent_to(house.operator, PHONE), confirmation_method=2, **sent)
    customer.refresh_from_db()
    assert (customer.first_name, customer.email, customer.mobile_phone) == ("Ada", "ada@example.com", PHONE)
    return answer


@refused("CustomerInfoSet", 1)
def _(house: House) -> Answer:
    answer = set_info(house, email="no address", firstname="Ada")
    assert answer.is_xml or list(answer["error_messages"]) == ["email"]
    assert not Customer.objects.filter(first_name="Ada").exists()
    return answer


@refused("CustomerInfoSet", 2)
def _(house: House) -> Answer:
    make_customer(operator=house.operator, mobile_phone=PHONE)
    return set_info(house, mobile_phone_number=PHONE)


@refused("CustomerInfoSet", 3)
def _(house: House) -> Answer:
    make_text_gateway(operator=house.operator)
    return set_info(house, mobile_phone_number=PHONE)


@refused("CustomerInfoSet", 4)
def _(house: House) -> Answer:
    make_text_gateway(operator=house.operator)
    assert set_info(house, mobile_phone_number=PHONE).error == 3
    return set_info(house, mobile_phone_number=PHONE)


@refused("CustomerInfoSet", 5)
def _(house: House) -> Answer:
    make_text_gateway(operator=house.operator)
    assert set_info(house, mobile_phone_number=PHONE).error == 3
    return set_info(house, mobile_phone_number=PHONE, code="000000")


@refused("CustomerInfoSet", 6)
def _(house: House) -> Answer:
    return set_info(house, mobile_phone_number="call me")


@refused("CustomerInfoSet", 7)
def _(house: House) -> Answer:
    return set_info(house, mobile_phone_number=PHONE)


@good("CustomerAutopaymentToggle")
def _(house: House) -> Answer:
    card = make_card(customer=house.account.customer)
    answer = house.ask("CustomerAutopaymentToggle", enabled=1)
    assert SavedCard.objects.get() == card
    assert SavedCard.objects.get().for_autopayment
    assert house.ask("CustomerAutopaymentToggle", enabled=0).error == 0
    assert not SavedCard.objects.get().for_autopayment
    return answer


@refused("CustomerAutopaymentToggle", 1)
def _(house: House) -> Answer:
    return house.ask("CustomerAutopaymentToggle", enabled="maybe")


@refused("CustomerAutopaymentToggle", 2)
def _(house: House) -> Answer:
    return house.ask("CustomerAutopaymentToggle", enabled=0)


@refused("CustomerAutopaymentToggle", 3)
def _(house: House) -> Answer:
    return house.ask("CustomerAutopaymentToggle", enabled=1)


# --- invoices and statements ---


def invoice(house: House, **options: str) -> Answer:
    return house.ask("CustomerInvoiceComplete", invoice_id=begun(house, **options)["transaction_id"])


@good("CustomerInvoiceComplete")
def _(house: House) -> Answer:
    return invoice(house)


@refused("CustomerInvoiceComplete", 104)
def _(house: House) -> Answer:
    number = begun(house)["transaction_id"]
    Merchant.objects.update(gateway="gone")
    return house.ask("CustomerInvoiceComplete", invoice_id=number)


@refused("CustomerInvoiceComplete", 105)
def _(house: House) -> Answer:
    assert house.ask("CustomerInvoiceComplete", invoice_id="none").error == 105
    return invoice(house, state="failed")


@refused("CustomerInvoiceComplete", 120)
def _(house: House) -> Answer:
    return house.ask("CustomerInvoiceComplete")


@refused("CustomerInvoiceComplete", 160)
def _(house: House) -> Answer:
    return invoice(house, state="pending")


never(
    "CustomerInvoiceComplete",
    {106: "Invoices are payments at gateways of the platform; no other billing system is asked about them."},
)


def statement(house: House, email: str = "ada@example.com", period: int = 1) -> Answer:
    return house.ask("BillingDetailsNotify", email=email, period=period)


@good("BillingDetailsNotify")
def _(house: House) -> Answer:
    make_text_gateway(operator=house.operator, medium="email")
    answer = statement(moved(house))
    text = outbox_of(house.operator)[-1]
    assert "100.00" in str(text)
    assert "88.00" in str(text)
    return answer


@refused("BillingDetailsNotify", 1)
def _(house: House) -> Answer:
    assert statement(house, period=0).error == 1
    assert statement(house, email="nobody").error == 1
    return statement(moved(house))


@refused("BillingDetailsNotify", 2)
def _(house: House) -> Answer:
    make_customer(operator=house.operator, email="Ada@example.com")
    return statement(moved(house))


@refused("BillingDetailsNotify", 3)
def _(house: House) -> Answer:
    return statement(house)

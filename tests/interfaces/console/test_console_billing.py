"""Money in the console: what staff take, confirm, give back and correct, and who may not."""

import hmac
from decimal import Decimal

import pytest
from tests.factories import make_account, make_customer
from tests.factories.billing import make_balance
from tests.factories.billing_systems import billing_at
from tests.interfaces.console.browserlike import form_of
from tests.interfaces.console.test_console_isolation import address, text_of

from headend.billing.models import (
    Entry,
    GatewayNotice,
    Merchant,
    OtherBilling,
    Payment,
    PromoCode,
    SavedCard,
    Transaction,
)
from headend.billing.ports import Hook
from headend.billing.queries import balance_of
from headend.catalog.models import Tariff
from headend.operators.models import AuditEntry
from headend.operators.rules import Role
from headend.subscribers.models import Customer

D = Decimal


def act(browser, model, name, rows, **answers):
    data = {"action": name, "_selected_action": [row.pk for row in rows]}
    if answers:
        data |= {"_asked": "1", **answers}
    return browser.post(address(model, "changelist"), data, follow=True)


def pending(operator, amount=10):
    account = make_account(operator=operator)
    return Payment.objects.create(
        operator=operator,
        customer=account.customer,
        account=account,
        amount=amount,
        currency="EUR",
        session=f"s{account.pk}",
        created_at=account.created_at,
    )


def test_support_writes_down_what_was_paid_at_the_desk(ours, sign_in):
    browser = sign_in(Role.SUPPORT, ours.operator)
    customer = make_customer(operator=ours.operator)
    sent = {"customer": customer.pk, "amount": "12.50", "comment": "at the desk"}
    assert browser.post(address(Payment, "add"), sent).status_code == 302
    assert balance_of(customer) == D("12.50")
    entry = AuditEntry.objects.filter(entity="billing.transaction").latest("pk")
    assert entry.actor_name == browser.staff.username


@pytest.mark.parametrize("amount", ["0", "-3", "0.001", "a lot", "", "1e9999"])
def test_wrong_amounts_are_form_errors(ours, admin, amount):
    customer = make_customer(operator=ours.operator)
    page = admin.post(address(Payment, "add"), {"customer": customer.pk, "amount": amount})
    assert page.status_code == 200
    assert page.context["errors"]
    assert balance_of(customer) == 0


def test_another_operators_customer_cannot_pay_here(ours, theirs, admin):
    foreign = theirs.first(Customer)
    before = balance_of(foreign)
    page = admin.post(address(Payment, "add"), {"customer": foreign.pk, "amount": "5"})
    assert page.status_code == 200
    assert balance_of(foreign) == before


@pytest.mark.parametrize("is_paid", [True, False])
def test_money_keeps_its_currency(ours, admin, superuser, is_paid):
    customer = make_customer(operator=ours.operator)
    free = form_of(admin.get(address(Customer, "change", customer.pk)), "customer_form") | {"currency": "USD"}
    if is_paid:
        make_balance(customer, 5)
    else:
        pending(ours.operator)
        Payment.objects.update(customer=customer)
    for browser, record, name in ((admin, customer, "customer"), (superuser, ours.operator, "operator")):
        page = address(type(record), "change", record.pk)
        typed = form_of(browser.get(page), f"{name}_form")
        refused = text_of(browser.post(page, typed | {"currency": "USD"}))
        assert "Money has moved" in refused
        assert "5.00 EUR" in refused or name == "operator" or not is_paid, "the balance is the one there is"
        assert "three capital letters" in text_of(browser.post(page, typed | {"currency": "us"}))
        assert browser.post(page, typed | {"currency": "EUR"}).status_code == 302
    other = make_customer(operator=ours.operator)
    assert admin.post(address(Customer, "change", other.pk), free).status_code == 302
    other.refresh_from_db()
    assert other.currency == "USD"


def test_payments_are_confirmed_and_given_up(ours, admin):
    first, second = pending(ours.operator), pending(ours.operator)
    act(admin, Payment, "confirm", [first])
    act(admin, Payment, "confirm", [first])
    act(admin, Payment, "give_up", [second])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("paid", "failed")
    assert (balance_of(first.customer), balance_of(second.customer)) == (D(10), D(0))


def test_refunds_ask_how_much(ours, admin):
    payment = make_balance(make_customer(operator=ours.operator), 10)
    asked = act(admin, Payment, "refund", [payment])
    assert "form" in asked.context
    act(admin, Payment, "refund", [payment], amount="4", comment="cold coffee")
    assert balance_of(payment.customer) == D(6)
    told = act(admin, Payment, "refund", [payment], amount="7", comment="")
    assert "More would go back than was paid." in text_of(told)
    act(admin, Payment, "refund", [payment], amount="", comment="")
    assert balance_of(payment.customer) == D(0)


def test_transactions_are_undone_once(ours, admin):
    payment = make_balance(make_customer(operator=ours.operator), 10)
    for _ in range(2):
        act(admin, Transaction, "undo", [payment.transaction], comment="a mistake")
    assert balance_of(payment.customer) == 0
    assert Transaction.objects.filter(corrects=payment.transaction).count() == 1


def test_support_neither_refunds_nor_corrects(ours, sign_in):
    browser = sign_in(Role.SUPPORT, ours.operator)
    payment = make_balance(make_customer(operator=ours.operator), 10)
    waiting = pending(ours.operator)
    act(browser, Payment, "refund", [payment], amount="4", comment="")
    act(browser, Payment, "confirm", [waiting])
    act(browser, Transaction, "undo", [payment.transaction], comment="x")
    waiting.refresh_from_db()
    assert (balance_of(payment.customer), waiting.status) == (D(10), "pending")


@pytest.mark.parametrize("model", [Entry, Transaction, Payment])
def test_what_happened_is_not_edited(ours, admin, superuser, model):
    obj = ours.first(model)
    before = list(model.objects.filter(pk=obj.pk).values())
    for browser in (admin, superuser):
        assert browser.post(address(model, "change", obj.pk), {"amount": "1", "comment": "x"}).status_code == 403
        assert browser.post(address(model, "delete", obj.pk), {"post": "yes"}).status_code == 403
    assert list(model.objects.filter(pk=obj.pk).values()) == before


def test_dealers_see_their_own_customers_money(ours, dealer_of):
    dealer, browser = dealer_of(ours.operator)
    make_balance(make_customer(operator=ours.operator, last_name="Brought", dealer=dealer), 7)
    for model in (Entry, Payment):
        page = browser.get(address(model, "changelist"))
        assert [row.customer.last_name for row in page.context["cl"].result_list] == ["Brought"]
        exported = text_of(browser.post(address(model, "export"), {"format": "csv"}))
        assert "payer" not in exported
    assert browser.get(address(Transaction, "changelist")).status_code == 403


def test_a_customers_screen_leads_to_their_ledger(ours, admin, sign_in, dealer_of):
    customer = make_customer(operator=ours.operator)
    make_balance(customer, 7)
    page = text_of(admin.get(address(Customer, "change", customer.pk)))
    assert "7.00 EUR" in page
    assert f"/console/billing/entry/?customer__id__exact={customer.pk}" in page
    listed = admin.get(address(Entry, "changelist"), {"customer__id__exact": customer.pk})
    assert [entry.amount for entry in listed.context["cl"].result_list] == [D(7)]
    assert admin.get(address(Customer, "add")).status_code == 200


def test_promo_codes_are_written_as_they_are_kept(ours, admin):
    sent = {"code": "spring 27", "activation_count": "1", "amount": "5"}
    assert admin.post(address(PromoCode, "add"), sent).status_code == 302
    assert PromoCode.objects.filter(operator=ours.operator, code="SPRING27").exists()
    for wrong in ({"code": "spring27"}, {"valid_from": "2027-02-01", "valid_until": "2027-01-01"}, {"amount": "-1"}):
        assert admin.post(address(PromoCode, "add"), sent | {"code": "OTHER"} | wrong).status_code == 200
    assert not PromoCode.objects.filter(code="OTHER").exists()


def test_a_gateways_secret_is_sealed_and_never_shown(ours, admin):
    merchant = ours.first(Merchant)
    sent = {"name": "Desk", "gateway": "manual", "is_enabled": "on", "options": "", "new_secret": "opensesame"}
    assert admin.post(address(Merchant, "change", merchant.pk), sent).status_code == 302
    merchant.refresh_from_db()
    assert merchant.sealed_secret not in ("", "opensesame")
    assert "opensesame" not in text_of(admin.get(address(Merchant, "change", merchant.pk)))
    assert "opensesame" not in str(AuditEntry.objects.values_list("changes", flat=True))
    assert admin.post(address(Merchant, "change", merchant.pk), sent | {"gateway": "none"}).status_code == 200


def test_a_card_that_the_gateway_does_not_forget_stays(ours, admin):
    card = ours.first(SavedCard)
    page = admin.post(address(SavedCard, "delete", card.pk), {"post": "yes"}, follow=True)
    assert page.status_code == 200
    assert SavedCard.objects.filter(pk=card.pk).exists()


def test_tariffs_of_another_operator_are_not_given(ours, theirs, admin):
    sent = {"code": "STEAL", "activation_count": "1", "free_tariffs": [theirs.first(Tariff).pk]}
    assert admin.post(address(PromoCode, "add"), sent).status_code == 200
    assert not PromoCode.objects.filter(code="STEAL").exists()


SIGNED = {
    "name": "Pay Ltd",
    "gateway": "signed",
    "code": "payltd",
    "is_enabled": "on",
    "new_secret": "s3cret",
    "page_url": "https://pay.example/",
    "page_fields": "id: $key\r\nsum: $amount",
    "signed_joiner": ";",
    "return_url": "not a setting of this gateway",
}


def test_a_gateways_settings_are_fields(ours, admin):
    assert admin.post(address(Merchant, "add"), SIGNED).status_code == 302
    merchant = Merchant.objects.get(code="payltd")
    assert merchant.options == {
        "page_url": "https://pay.example/", "page_fields": "id: $key\r\nsum: $amount", "signed_joiner": ";"
    }  # fmt: skip
    page = text_of(admin.get(address(Merchant, "change", merchant.pk)))
    assert f"/billing/payment/payltd/{merchant.pk}/validate_notify/" in page
    for wrong, field in (({"signed_fields": "order_id"}, "signed_fields"), ({"page_url": "ftp://x"}, "page_url")):
        answer = admin.post(address(Merchant, "change", merchant.pk), SIGNED | wrong)
        assert field in answer.context["adminform"].form.errors
    assert admin.post(address(Merchant, "add"), SIGNED | {"name": "Again"}).status_code == 200  # called the same
    without = admin.post(address(Merchant, "add"), SIGNED | {"code": "other", "new_secret": ""})
    assert "new_secret" in without.context["adminform"].form.errors


def test_a_notice_is_tried_and_nothing_written(ours, admin):
    admin.post(address(Merchant, "add"), SIGNED)
    merchant = Merchant.objects.get(code="payltd")
    text = "order_id=12-abc&amount=5.00&currency=EUR&status=success"
    signature = hmac.new(b"s3cret", b"12-abc;5.00;EUR;success", "sha256").hexdigest()
    sent = {"action": "try_notice", "_selected_action": [merchant.pk], "_asked": "1"}
    before = GatewayNotice.objects.count()
    right = admin.post(address(Merchant, "changelist"), sent | {"text": f"{text}&signature={signature}"}, follow=True)
    assert "the signature is right" in text_of(right)
    wrong = admin.post(address(Merchant, "changelist"), sent | {"text": f"{text}&signature=00"}, follow=True)
    assert "the signature is wrong" in text_of(wrong)
    checked = admin.post(
        address(Merchant, "changelist"), {"action": "ask_it", "_selected_action": [merchant.pk]}, follow=True
    )
    assert "it answers, and is set up" in text_of(checked)
    assert GatewayNotice.objects.count() == before


def test_notices_are_seen_and_not_touched(ours, admin):
    notice = ours.first(GatewayNotice)
    page = text_of(admin.get(address(GatewayNotice, "changelist"), {"verdict__exact": "refused"}))
    assert "there is no such payment" in page
    assert admin.get(address(GatewayNotice, "change", notice.pk)).status_code == 200
    assert admin.get(address(GatewayNotice, "add")).status_code == 403
    assert admin.post(address(GatewayNotice, "delete", notice.pk), {"post": "yes"}).status_code == 403


BILLING = {
    "name": "ERP",
    "is_enabled": "on",
    "is_default": "on",
    "url": "https://erp.example/",
    "new_secret": "opensesame",
    "seconds": "3",
    "kept_seconds": "60",
    "when_silent": "last",
    "hooks": ["customer_balance", "check_account"],
}


def test_another_billing_system_is_set_up_and_tried(ours, admin):
    assert admin.post(address(OtherBilling, "add"), BILLING).status_code == 302
    record = OtherBilling.objects.get(name="ERP")
    assert (record.hooks, "opensesame" in record.sealed_secret) == (["customer_balance", "check_account"], False)
    assert admin.post(address(OtherBilling, "add"), BILLING | {"name": "Second"}).status_code == 200  # one for all
    broken = admin.post(address(OtherBilling, "change", record.pk), BILLING | {"url": "https://broken.example/"})
    assert "url" in broken.context["adminform"].form.errors
    account = make_account(operator=ours.operator)
    billing_at(record.url).answers[Hook.BALANCE] = {"balance": "4.50"}
    sent = {"action": "try_out", "_selected_action": [record.pk], "_asked": "1", "number": account.number}
    page = text_of(admin.post(address(OtherBilling, "changelist"), sent, follow=True))
    assert "4.50" in page
    assert "There is no such account." in text_of(
        admin.post(address(OtherBilling, "changelist"), sent | {"number": 10**9}, follow=True)
    )

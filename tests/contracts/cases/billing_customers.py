"""The billing API's calls for customers and what they hold; those of them that dealers have too."""

import json
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from tests.contracts.desk import Desk
from tests.contracts.desk_scenarios import good, never, refused
from tests.contracts.house import Answer, House
from tests.factories.billing import make_balance, make_card
from tests.factories.catalog import make_tariff
from tests.factories.operators import make_dealer
from tests.factories.subscribers import make_account, make_customer, make_subscription

from headend.operators.models import AuditEntry, BillingMode
from headend.subscribers.models import Customer, TariffSubscription
from headend.subscribers.queries import documents_of

NOBODY = 10**8
PAPERS = {"passport_series": "AB", "passport_number": "4711", "passport_issue_date": "2020-05-06"}
BANK = {"bank_account_iban": "IT60X0542811101000000123456", "bank_account_owner_name": "Ada Rossi"}


def named(desk: Desk) -> dict[str, int]:
    return {"customer_id": desk.customer.pk}


# --- made, changed, deleted ---


@good("CustomerCreate")
def _(desk: Desk) -> Answer:
    desk.house.tariff.assigned_by_default = True
    desk.house.tariff.save()
    answer = desk.ask(
        "CustomerCreate",
        firstname="Ada",
        lastname="Rossi",
        birthdate="1980-02-29",
        ext_id="C-2",
        postal_address_street="Via Garibaldi",
        postal_address_city="Genova",
        mobile_phone_number="+390105550199",
        email="ada@example.com",
        meta=json.dumps({"crm": {"id": 5}}),
        send_sms_messages="False",
        contract_number="D-5",
        **PAPERS,
        **BANK,
    )
    made = Customer.objects.get(pk=answer["id"])
    assert (made.first_name, made.birth_date, made.external_id) == ("Ada", date(1980, 2, 29), "C-2")
    assert (made.meta, made.sends_sms, made.sends_email) == ({"crm": {"id": 5}}, False, True)
    assert made.postal_address == {"street": "Via Garibaldi", "city": "Genova"}
    assert documents_of(made, settings.ENCRYPTION_KEY)["bank_iban"] == BANK["bank_account_iban"]
    assert BANK["bank_account_iban"] not in made.sealed_documents
    assert not AuditEntry.objects.filter(changes__icontains="4711").exists()
    assert made.subscriptions.get().tariff == desk.house.tariff
    assert made.dealer == (desk.house.dealer if desk.api == "dealers" else None)
    if desk.api == "billing":
        own = desk.ask("CustomerCreate", comment="brought in", ext_id=-1, dealer_id=desk.house.dealer.pk)
        assert Customer.objects.get(pk=own["id"]).dealer == desk.house.dealer
    return answer


@refused("CustomerCreate", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerCreate", firstname="Ada", ext_id="C-1")


@refused("CustomerCreate", 3)
def _(desk: Desk) -> Answer:
    assert desk.ask("CustomerCreate", email="ada@example.com").error == 3
    for field, value in (
        ("email", "nobody"),
        ("meta", "[1]"),
        ("meta", "{"),
        ("birthdate", "29.02.1980"),
        ("bank_account_iban", "x" * 300),
        ("mobile_phone_number", "1" * 30),
    ):
        answer = desk.ask("CustomerCreate", firstname="Ada", **{field: value})
        assert list(answer["error_fields"]) == [field], answer.body
    if desk.api == "billing":
        stranger = desk.ask("CustomerCreate", firstname="Ada", dealer_id=make_dealer().pk)
        assert list(stranger["error_fields"]) == ["dealer_id"]
    assert not Customer.objects.filter(first_name="Ada").exists()
    return answer


never("CustomerCreate", {2: "Registrations are only counted where households register themselves."})


@good("CustomerModify")
def _(desk: Desk) -> Answer:
    Customer.objects.filter(pk=desk.customer.pk).update(
        postal_address={"zip": "16100"}, comment="old", sends_email=False
    )
    sent = {"firstname": "Ada", "postal_address_city": "Genova", "comment": "", "custom_billing_api": 3, **PAPERS}
    answer = desk.ask("CustomerModify", **named(desk), ext_id="C-9", **sent)
    customer = Customer.objects.get(pk=desk.customer.pk)
    assert (customer.first_name, customer.comment, customer.external_id) == ("Ada", "old", "C-9")
    assert customer.postal_address == {"zip": "16100", "city": "Genova"}
    assert (customer.sends_email, customer.billing_handler) == (False, 3)
    assert desk.ask("CustomerModify", ext_id="C-9", passport_number="5").error == 0
    papers = documents_of(Customer.objects.get(pk=desk.customer.pk), settings.ENCRYPTION_KEY)
    assert papers == {"series": "AB", "number": "5", "issue_date": "2020-05-06"}
    return answer


@refused("CustomerModify", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerModify", customer_id=-1, ext_id="unknown", firstname="Ada")


@refused("CustomerModify", 2)
def _(desk: Desk) -> Answer:
    make_customer(operator=desk.house.operator, external_id="C-2")
    assert desk.ask("CustomerModify", **named(desk), ext_id="C-2").error == 2
    answer = desk.ask("CustomerModify", **named(desk), email="nobody", firstname="Ada")
    assert list(answer["error_fields"]) == ["email"]
    assert not Customer.objects.filter(first_name="Ada").exists()
    return answer


@good("CustomerDelete")
def _(desk: Desk) -> Answer:
    answer = desk.ask("CustomerDelete", ext_id="C-1")
    assert not Customer.objects.filter(pk=desk.customer.pk).exists()
    return answer


@refused("CustomerDelete", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerDelete", customer_id=NOBODY)


# --- told ---


@good("CustomerInfo")
def _(desk: Desk) -> Answer:
    desk.held_by_all(ends_at=timezone.now() + timedelta(days=400))
    make_balance(desk.customer, 20)
    make_card(customer=desk.customer, for_autopayment=True)
    Customer.objects.filter(pk=desk.customer.pk).update(meta={"crm": 5}, birth_date=date(1980, 2, 29))
    answer = desk.ask("CustomerInfo", ext_id="C-1")
    assert (answer["balance"], answer["payments_count"], answer["autopayment_enabled"]) == (20.0, 1, 1)
    assert (answer["meta"], answer["birthdate"]) == ({"crm": 5}, "1980-02-29")
    assert answer["tariffs"] == [desk.house.tariff.pk, desk.films.pk]
    assert answer["tariffs_info"][1] == {"id": desk.films.pk, "ext_id": "F-1"}
    assert answer["vtariffs_info"] == [{"id": desk.bundle.pk, "ext_id": "V-1"}]
    assert [each["end_date"] == "" for each in answer["subscriptions"]] == [True, False]
    assert answer["accounts"][0]["activation_days_left"] == -1
    return answer


@refused("CustomerInfo", 1)
def _(desk: Desk) -> Answer:
    assert desk.ask("CustomerInfo").error == 1
    assert desk.ask("CustomerInfo", customer_id=make_customer().pk).error == 1
    return desk.ask("CustomerInfo", customer_id=-1, ext_id=-1)


@good("CustomerList")
def _(desk: Desk) -> Answer:
    desk.held_by_all()
    desk.customer.mobile_phone = "+390105550177"
    desk.customer.save()
    other = make_account(operator=desk.house.operator, number=77).customer
    make_subscription(customer=other, tariff=desk.house.tariff)
    make_account()
    answer = desk.ask("CustomerList", tariff_id=[desk.films.pk])
    assert [row["id"] for row in answer["customers"]] == [desk.customer.pk]

    def found(**params: object) -> list[int]:
        return [row["id"] for row in desk.ask("CustomerList", **params)["customers"]]

    basic = desk.house.tariff.pk
    for spelled in ([desk.films.pk, basic], f"[{desk.films.pk}, {basic}]", f"{desk.films.pk},{basic}"):
        assert found(tariff_id=spelled) == [desk.customer.pk, other.pk]
    assert found(mobile_phone_number="390105550177") == [desk.customer.pk]
    assert found(abonement_regexp="^77$") == [other.pk]
    assert found(limit=1, page=2) == [other.pk]
    assert found(tariff_id=-1) == [desk.customer.pk, other.pk]
    return answer


@refused("CustomerList", 1)
def _(desk: Desk) -> Answer:
    assert desk.ask("CustomerList", tariff_id=make_tariff().pk).error == 1
    return desk.ask("CustomerList", tariff_id=[desk.films.pk, NOBODY])


@refused("CustomerList", 2)
def _(desk: Desk) -> Answer:
    assert desk.ask("CustomerList", abonement_regexp=".*.*.*.*.*x").error == 2
    return desk.ask("CustomerList", tariff_id="[films]")


# --- tariffs ---


@good("CustomerTariffAssign")
def _(desk: Desk) -> Answer:
    TariffSubscription.objects.filter(account=desk.account).delete()
    assert desk.ask("CustomerTariffAssign", **named(desk), tariff_id=desk.house.tariff.pk).error == 0
    answer = desk.ask("CustomerTariffAssign", customer_id=-1, ext_id="C-1", tariff_ext_id=desk.films.external_id)
    held = TariffSubscription.objects.filter(customer=desk.customer, account=None)
    assert {each.tariff for each in held} == {desk.house.tariff, desk.films}
    return answer


@refused("CustomerTariffAssign", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerTariffAssign", customer_id=NOBODY, tariff_id=desk.films.pk)


@refused("CustomerTariffAssign", 2)
def _(desk: Desk) -> Answer:
    assert desk.ask("CustomerTariffAssign", **named(desk)).error == 2
    return desk.ask("CustomerTariffAssign", **named(desk), tariff_id=make_tariff().pk)


@refused("CustomerTariffAssign", 4)
def _(desk: Desk) -> Answer:
    desk.house.tariff.is_archived = True
    desk.house.tariff.save()
    return desk.ask("CustomerTariffAssign", **named(desk), tariff_id=desk.house.tariff.pk)


never("CustomerTariffAssign", {3: "No balance is asked when another billing system gives a tariff."})


@good("CustomerTariffRemove")
def _(desk: Desk) -> Answer:
    desk.held_by_all()
    answer = desk.ask("CustomerTariffRemove", **named(desk), vtariff_id=desk.bundle.pk)
    assert desk.ask("CustomerTariffRemove", **named(desk), tariff_id=desk.house.tariff.pk).error == 0
    assert desk.ask("CustomerInfo", **named(desk))["tariffs"] == []
    return answer


@refused("CustomerTariffRemove", 1)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerTariffRemove", customer_id=NOBODY, tariff_id=desk.films.pk)


@refused("CustomerTariffRemove", 2)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerTariffRemove", **named(desk), tariff_id=desk.films.pk)


never("CustomerTariffRemove", {3: "No other provider is asked."})


# --- subscriptions with terms of their own ---


def by_subscription(desk: Desk) -> Desk:
    desk.house.operator.billing_mode = BillingMode.SUBSCRIPTION
    desk.house.operator.save()
    return desk


@good("CustomerTariffSubscriptionCreate")
def _(desk: Desk) -> Answer:
    terms = {"price": 7.5, "duration": 3, "price_expiration": "2099-01-31", "end_date": "2099-12-31"}
    TariffSubscription.objects.filter(account=desk.account).delete()
    basic = desk.house.tariff.pk
    answer = by_subscription(desk).ask("CustomerTariffSubscriptionCreate", **named(desk), tariff_id=basic, **terms)
    [row] = desk.ask("CustomerInfo", **named(desk))["subscriptions"]
    assert (row["id"], row["price"], row["is_price_overridden"]) == (answer["tariffsubscription_id"], 7.5, 1)
    assert (row["price_expiration"], row["is_periodical"]) == ("2099-01-31", 1)
    assert row["start_date"] < row["end_date"] < "2099-12-31"
    return answer


@refused("CustomerTariffSubscriptionCreate", 1)
def _(desk: Desk) -> Answer:
    return by_subscription(desk).ask("CustomerTariffSubscriptionCreate", customer_id=NOBODY, tariff_id=desk.films.pk)


@refused("CustomerTariffSubscriptionCreate", 2)
def _(desk: Desk) -> Answer:
    return by_subscription(desk).ask("CustomerTariffSubscriptionCreate", **named(desk), tariff_id=NOBODY)


@refused("CustomerTariffSubscriptionCreate", 3)
def _(desk: Desk) -> Answer:
    by_subscription(desk)
    for bad in ({"price": -1}, {"price": 0.001}, {"duration": 0}, {"end_date": "2020-01-01"}, {"end_date": "later"}):
        answer = desk.ask("CustomerTariffSubscriptionCreate", **named(desk), tariff_id=desk.house.tariff.pk, **bad)
        assert answer.error == 3, (bad, answer.body)
    assert not TariffSubscription.objects.filter(account=None).exists()
    other = make_customer(operator=desk.house.operator)  # without a basic tariff
    return desk.ask("CustomerTariffSubscriptionCreate", customer_id=other.pk, tariff_id=desk.films.pk)


@refused("CustomerTariffSubscriptionCreate", 100)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerTariffSubscriptionCreate", **named(desk), tariff_id=desk.house.tariff.pk)


@good("CustomerTariffSubscriptionDelete")
def _(desk: Desk) -> Answer:
    by_subscription(desk)
    held = TariffSubscription.objects.get(account=desk.account)
    answer = desk.ask("CustomerTariffSubscriptionDelete", id=held.pk)
    assert TariffSubscription.objects.get(pk=held.pk).ends_at is not None
    return answer


@refused("CustomerTariffSubscriptionDelete", 1)
def _(desk: Desk) -> Answer:
    by_subscription(desk)
    theirs = TariffSubscription.objects.get(account=House().account)
    assert desk.ask("CustomerTariffSubscriptionDelete", id=theirs.pk).error == 1
    held = TariffSubscription.objects.get(account=desk.account)
    assert desk.ask("CustomerTariffSubscriptionDelete", id=held.pk).error == 0
    return desk.ask("CustomerTariffSubscriptionDelete", id=held.pk)


@refused("CustomerTariffSubscriptionDelete", 100)
def _(desk: Desk) -> Answer:
    return desk.ask("CustomerTariffSubscriptionDelete", id=TariffSubscription.objects.get(account=desk.account).pk)


never("CustomerTariffSubscriptionDelete", {2: "Nothing can go wrong that has no number of its own."})

"""What the calls for customers take, and where it goes."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypedDict

from headend.interfaces.wire.callers import Guest, Reseller
from headend.interfaces.wire.parameters import Longest
from headend.kernel.errors import Invalid
from headend.operators.models import Dealer
from headend.subscribers.models import Customer

LONGEST_NAME = 256


class CustomerFields(TypedDict, total=False):
    """The fields of a customer that a call may name."""

    firstname: Annotated[str, Longest(LONGEST_NAME)]
    middlename: Annotated[str, Longest(LONGEST_NAME)]
    lastname: Annotated[str, Longest(LONGEST_NAME)]
    birthdate: date
    passport_number: str
    passport_series: str
    passport_issue_date: date
    passport_issued_by: str
    postal_address_street: str
    postal_address_bld: str
    postal_address_apt: str
    postal_address_zip: str
    postal_address_city: str
    postal_address_country: str
    billing_address_street: str
    billing_address_bld: str
    billing_address_apt: str
    billing_address_zip: str
    mobile_phone_number: str
    phone_number_1: str
    phone_number_2: str
    fax_phone_number: str
    email: Annotated[str, Longest(254)]
    company_name: Annotated[str, Longest(LONGEST_NAME)]
    comment: Annotated[str, Longest(4000)]
    bank_account_blz: str
    bank_account_bic: str
    bank_account_number: str
    bank_account_iban: str
    bank_account_bank_name: str
    bank_account_owner_name: str
    meta: Annotated[str, Longest(10_000)]
    send_sms_messages: bool
    send_email_messages: bool
    custom_billing_api: int


class NewCustomerFields(CustomerFields, total=False):
    """What only the making of a customer takes. `send_sms` is an old name of `send_sms_messages`."""

    contract_number: str
    dealer_id: str
    send_sms: bool


_PLAIN = {
    "firstname": "first_name",
    "middlename": "middle_name",
    "lastname": "last_name",
    "birthdate": "birth_date",
    "mobile_phone_number": "mobile_phone",
    "phone_number_1": "phone_1",
    "phone_number_2": "phone_2",
    "fax_phone_number": "fax",
    "email": "email",
    "company_name": "company_name",
    "comment": "comment",
    "contract_number": "contract_number",
    "send_sms": "sends_sms",
    "send_sms_messages": "sends_sms",
    "send_email_messages": "sends_email",
}
_PAPERS = {
    "passport_series": "series",
    "passport_number": "number",
    "passport_issue_date": "issue_date",
    "passport_issued_by": "issued_by",
    "bank_account_blz": "bank_blz",
    "bank_account_bic": "bank_bic",
    "bank_account_number": "bank_number",
    "bank_account_iban": "bank_iban",
    "bank_account_bank_name": "bank_name",
    "bank_account_owner_name": "bank_owner",
}
_ADDRESSES = ("postal_address", "billing_address")
ERROR_FIELDS = {ours: wire for wire, ours in {**_PAPERS, **_PLAIN}.items()} | {
    "external_id": "ext_id",
    "dealer": "dealer_id",
    "billing_handler": "custom_billing_api",
}


def domain_fields(caller: Guest, sent: Mapping[str, Any], known: Customer | None = None) -> dict[str, Any]:
    """What was sent as fields of a customer's record, where `known` tells what stays of it; raises Invalid."""
    fields: dict[str, Any] = {ours: sent[wire] for wire, ours in _PLAIN.items() if wire in sent}
    for name in _ADDRESSES:
        parts = {key.removeprefix(f"{name}_"): value for key, value in sent.items() if key.startswith(name)}
        if parts:
            fields[name] = {**(getattr(known, name) if known else {}), **parts}
    if "meta" in sent:
        fields["meta"] = _meta(sent["meta"])
    if "custom_billing_api" in sent:
        fields["billing_handler"] = max(sent["custom_billing_api"], 0) or None
    if known is None:
        fields["dealer"] = _dealer(caller, sent.get("dealer_id", ""))
    return fields


def papers_of(sent: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a passport and of a bank account that were sent."""
    return {ours: str(sent[wire]) for wire, ours in _PAPERS.items() if wire in sent}


def _meta(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("meta is no JSON", "meta") from error
    if not isinstance(found, dict):
        raise Invalid("meta is no JSON object", "meta")
    return found


def _dealer(caller: Guest, number: str) -> Dealer | None:
    if isinstance(caller, Reseller):
        return caller.dealer
    if number in ("", "-1"):
        return None
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    found: Dealer | None = Dealer.objects.of(caller.operator.pk).filter(pk=int(number)).first() if is_number else None
    if found is None:
        raise Invalid("there is no such dealer", "dealer")
    return found

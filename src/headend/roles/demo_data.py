"""The records of the demonstration: an operator, a virtual operator below it, and a stranger beside them."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from headend.catalog.models import CopyrightHolder
from headend.kernel.actor import system
from headend.kernel.sealing import unseal
from headend.kernel.tokens import new_figures
from headend.operators.actions import create_staff, delete, issue_key, save, save_operator
from headend.operators.models import ApiKey, Dealer, Operator, Staff
from headend.operators.rules import SCOPES, Api, Role
from headend.roles.demo_billing import add_billing
from headend.roles.demo_catalogue import add_catalogue, add_channels, add_delivery, add_tariffs, archive_old_tariff
from headend.roles.demo_documents import add_documents
from headend.roles.demo_extras import add_extras
from headend.roles.demo_ingest import add_ingest
from headend.roles.demo_logos import write_logos
from headend.roles.demo_messaging import add_messages, add_reports, add_webhook
from headend.roles.demo_people import ACCOUNTS_TO_TRY, add_customers, add_household, add_wishes, uid_of
from headend.roles.demo_portal import add_portal
from headend.roles.demo_self_service import add_self_service
from headend.roles.demo_vod import add_titles, add_viewing
from headend.subscribers.actions import ensure_device_types, serve_device_types, set_password
from headend.subscribers.models import Account, Device, OperatorDeviceType

ACTOR = system("demo")
NAME = "Demo Television"
ADMIN = "admin"
CUSTOMERS = 40
OPERATOR_APIS = [api for api in Api if api not in (Api.DEALERS, Api.REST)]
REST_KEY = "Demonstration"
ROLES = {
    "manager": Role.OPERATOR_ADMIN,
    "editor": Role.EDITOR,
    "support": Role.SUPPORT,
    "dealer": Role.DEALER,
    "monitoring": Role.MONITORING,
    "rights": Role.COPYRIGHT_HOLDER,
}
"""Who else may log in, by user name: with the password of `admin`, which is another one in every demonstration."""


def create_demo(*, data_dir: Path, now: datetime, sealing_key: str) -> dict[str, Any]:
    """Create the demonstration's records, unless they exist, and give back its logins. In the caller's transaction.

    Called again, everything stays but the passwords of staff and of the accounts that are given back, and the key of
    the REST API, which nobody can read any more. Shape: client_id, api_key, billing_api_key, content_api_key,
    streaming_api_key, rest_api_key, dealer_id, dealer_api_key, staff {username, password}, accounts [{abonement,
    password, device_uid}].
    """
    operator = Operator.objects.filter(name=NAME, parent=None).first()
    if operator is None:
        ensure_device_types(actor=ACTOR)
        operator = _add_operator(data_dir, now, sealing_key)
        _add_virtual_operator(operator, data_dir, now, sealing_key)
        _add_stranger(data_dir, now, sealing_key)
        _add_staff(operator)
    return _logins(operator, sealing_key)


def _add_operator(data: Path, now: datetime, sealing_key: str) -> Operator:
    logos = write_logos(data)
    operator = Operator(
        name=NAME,
        uid=100,
        email="service@demo.example",
        site_url="https://demo.example/",
        logo_url=logos["operator"],
        time_zone="Europe/Rome",
        language="en",
        extra_languages=["ru", "it", "de", "fr", "es"],
        currency="EUR",
        max_trial_days=14,
        contract_number_mask="D-{year}-{number}",
    )
    _open(operator, sealing_key)
    for used in OperatorDeviceType.objects.of(operator.pk):
        used.logo_url = used.logo_login_url = logos["operator"]
        used.login_text, used.menu = f"Welcome to {NAME}", ["games", "cctv"]
        save(actor=ACTOR, obj=used)
    centre = add_delivery(operator, data, sealing_key, "Milano")
    tariffs = add_catalogue(operator, data, logos, now)
    accounts = add_customers(operator, CUSTOMERS, tariffs, centre, now)
    add_extras(operator, accounts, tariffs, now)
    archive_old_tariff(tariffs)
    add_billing(operator, accounts, tariffs, now)
    add_documents(operator, now)
    add_wishes(accounts[0], sealing_key)
    add_self_service(operator, accounts[0])
    titles = add_titles(operator, data, tariffs, centre, sealing_key, now)
    add_viewing(accounts[0], titles, now)
    add_portal(operator, accounts, tariffs, titles, now)
    add_messages(operator, accounts, now)
    add_reports(operator, now)
    add_webhook(operator, sealing_key)
    add_ingest(operator, data, centre)
    return operator


def _add_virtual_operator(parent: Operator, data: Path, now: datetime, sealing_key: str) -> None:
    """A hotel chain that resells four channels under its own name."""
    operator = Operator(name="Riviera Hotels TV", parent=parent, uid=101, time_zone="Europe/Rome", currency="EUR")
    _open(operator, sealing_key)
    add_delivery(operator, data, sealing_key, "Genova")
    _add_few(operator, ("one", "news", "sport", "music"), now)


def _add_stranger(data: Path, now: datetime, sealing_key: str) -> None:
    """An operator who has nothing to do with the first, and must never see anything of it."""
    operator = Operator(name="Northern Television", uid=200, time_zone="Europe/Helsinki", currency="EUR")
    _open(operator, sealing_key)
    add_delivery(operator, data, sealing_key, "Helsinki")
    _add_few(operator, ("nature", "history", "science"), now)
    create_staff(
        actor=ACTOR, username="north", password=secrets.token_urlsafe(12), role=Role.OPERATOR_ADMIN, operator=operator
    )


def _open(operator: Operator, sealing_key: str) -> None:
    """Save a new operator, with a key of each API and every type of device."""
    save_operator(actor=ACTOR, operator=operator)
    for api in OPERATOR_APIS:
        issue_key(actor=ACTOR, operator=operator, api=api, sealing_key=sealing_key, name="Demonstration")
    serve_device_types(actor=ACTOR, operator=operator)


def _add_few(operator: Operator, loops: tuple[str, ...], now: datetime) -> None:
    channels = add_channels(operator, loops, {loop: f"/media/demo/{loop}.png" for loop in loops}, {})
    tariff = add_tariffs(operator, ("everything",), channels)["everything"]
    for place in range(3):
        add_household(operator, place, tariff, now)


def _add_staff(operator: Operator) -> None:
    password = secrets.token_urlsafe(12)  # `_logins` sets the one that is told
    create_staff(actor=ACTOR, username=ADMIN, password=password, role=Role.SUPERUSER)
    dealer = Dealer.objects.of(operator.pk).order_by("pk").first()
    for username, role in ROLES.items():
        own = dealer if role is Role.DEALER else None
        create_staff(actor=ACTOR, username=username, password=password, role=role, operator=operator, dealer=own)
    for holder in CopyrightHolder.objects.of(operator.pk):
        save(actor=ACTOR, obj=holder, links={"staff": Staff.objects.filter(username="rights")})


def _logins(operator: Operator, sealing_key: str) -> dict[str, Any]:
    keys = {api: _key(operator, api, sealing_key) for api in OPERATOR_APIS}
    dealer = Dealer.objects.of(operator.pk).order_by("pk").first()
    password = secrets.token_urlsafe(9)
    for staff in Staff.objects.filter(username__in=(ADMIN, *ROLES, "north")):
        staff.set_password(password)
        save(actor=ACTOR, obj=staff)
    accounts = Account.objects.of(operator.pk).order_by("number")[:ACCOUNTS_TO_TRY]
    return {
        "client_id": operator.pk,
        "api_key": keys[Api.DEVICE],
        "billing_api_key": keys[Api.BILLING],
        "content_api_key": keys[Api.CONTENT],
        "streaming_api_key": keys[Api.STREAMING],
        "rest_api_key": _rest_key(operator, sealing_key),
        "dealer_id": dealer.pk if dealer else None,
        "dealer_api_key": _key(operator, Api.DEALERS, sealing_key, dealer) if dealer else None,
        "staff": {"username": ADMIN, "password": password},
        "accounts": [_account_login(account, place) for place, account in enumerate(accounts)],
    }


def _key(operator: Operator, api: Api, sealing_key: str, dealer: Dealer | None = None) -> str:
    live = ApiKey.objects.of(operator.pk).filter(api=api.value, dealer=dealer, revoked_at=None)
    found = live.order_by("pk").first()
    if found is None:
        return issue_key(actor=ACTOR, operator=operator, api=api, sealing_key=sealing_key, dealer=dealer)[1]
    return unseal(found.sealed, sealing_key)


def _rest_key(operator: Operator, sealing_key: str) -> str:
    """A new key for everything: those of the REST API are kept as digests, so nobody can tell the one of last time."""
    for old in ApiKey.objects.of(operator.pk).filter(api=Api.REST.value, name=REST_KEY):
        delete(actor=ACTOR, obj=old)
    issued = issue_key(
        actor=ACTOR, operator=operator, api=Api.REST, sealing_key=sealing_key, name=REST_KEY, scopes=SCOPES
    )
    return issued[1]


def _account_login(account: Account, place: int) -> dict[str, Any]:
    password = new_figures(8)
    set_password(actor=ACTOR, account=account, password=password)
    device = Device.objects.filter(account=account).order_by("pk").first()
    uid = device.uid if device else uid_of(place)
    return {"abonement": account.number, "password": password, "device_uid": uid}

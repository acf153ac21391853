"""Reading accounts, what they hold and who is signed in."""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Max, Prefetch, Q, QuerySet, prefetch_related_objects

from headend.kernel.errors import Invalid
from headend.kernel.sealing import BadSeal, unseal
from headend.kernel.tokens import digest_of
from headend.operators.models import Operator
from headend.operators.queries import zone_of
from headend.subscribers.models import (
    Account,
    AccountChannel,
    AccountProfile,
    Customer,
    Device,
    DeviceType,
    OperatorDeviceType,
    PortalTemplate,
    Profile,
    RegistrationRules,
    Session,
    TariffSubscription,
    TextGateway,
)
from headend.subscribers.rules import (
    ONLINE_FOR,
    BoundDevice,
    OpenSession,
    SessionTerms,
    SessionView,
    is_in_period,
    is_within,
    midnight,
    parse_subnets,
)

FIRST_NUMBER = 10_001

log = logging.getLogger(__name__)


def online_since(now: datetime) -> datetime:
    """A session that was heard of after this moment counts as online."""
    return now - timedelta(seconds=ONLINE_FOR)


def next_number(operator: Operator) -> int:
    """The number for an operator's next account: one more than the greatest."""
    last = Account.objects.of(operator.pk).aggregate(last=Max("number"))["last"]
    return max(FIRST_NUMBER, (last or 0) + 1)


def account_numbered(operator_id: int, number: int) -> Account | None:
    """The account with this number."""
    found: Account | None = _with_owner(operator_id).filter(number=number).first()
    return found


def _with_owner(operator_id: int) -> QuerySet[Account]:
    """An operator's accounts with all that signing in asks of their customer and operator."""
    accounts: QuerySet[Account] = Account.objects.of(operator_id).select_related("customer", "operator")
    return accounts


def account_with_phone(operator_id: int, phone: str) -> Account | None:
    """The account whose customer has this mobile phone; None too when there are several."""
    found = accounts_with_phone(operator_id, phone)[:2]
    return found[0] if len(found) == 1 else None


def accounts_with_phone(operator_id: int, phone: str) -> QuerySet[Account]:
    """The accounts whose customer has this mobile phone, which may have been written down with or without its "+"."""
    digits = phone.strip().lstrip("+")
    accounts: QuerySet[Account] = Account.objects.of(operator_id).select_related("customer", "operator")
    return accounts.filter(customer__mobile_phone__in=(digits, f"+{digits}")) if digits else accounts.none()


def customers_reached_by(operator_id: int, *, phone: str = "", email: str = "") -> QuerySet[Customer]:
    """The customers with a mobile phone ("+" and digits) or a mail address, whatever its case."""
    customers: QuerySet[Customer] = Customer.objects.of(operator_id)
    if phone:
        return customers.filter(mobile_phone__in=(phone, phone.lstrip("+")))
    return customers.filter(email__iexact=email) if email else customers.none()


def account_of_device(operator_id: int, uid: str) -> Account | None:
    """The account that a device is bound to."""
    # By way of the device, whose id is indexed: SQLite would go through all accounts of the operator.
    devices = Device.objects.of(operator_id).select_related("account__customer", "account__operator")
    found = devices.filter(uid=uid).first()
    return found.account if found else None


def accounts_of_devices(operator_id: int, uids: Collection[str]) -> dict[str, Account]:
    """The accounts that devices are bound to, by the device's id as it is written in the records."""
    devices = Device.objects.of(operator_id).select_related("account__customer", "account__operator")
    return {device.uid: device.account for device in devices.filter(uid__in=uids)}


def documents_of(customer: Customer, sealing_key: str) -> dict[str, str]:
    """A customer's identity papers and bank account by `rules.DOCUMENTS`; none when they were sealed with another
    key."""
    try:
        text = unseal(customer.sealed_documents, sealing_key)
    except BadSeal:
        return {}
    return dict(json.loads(text)) if text else {}


def parent_code_of(account: Account, sealing_key: str) -> str:
    """An account's parental code; "" for none, and for one that was sealed with another key."""
    try:
        return unseal(account.sealed_parent_code, sealing_key)
    except BadSeal:
        log.error("account %s of operator %s: its parental code cannot be read", account.number, account.operator_id)
        return ""


def days_left(account: Account, today: date) -> int | None:
    """How many days an account is still in service; None where there is no end."""
    return max(0, (account.deactivates_on - today).days) if account.deactivates_on else None


def accounts_at(operator_id: int, address: str) -> list[int]:
    """Numbers of the records of accounts that may sign in by their address alone and whose subnets have this one."""
    candidates = Account.objects.of(operator_id).filter(allow_login_by_address=True).exclude(subnets="")
    return [pk for pk, subnets in candidates.values_list("pk", "subnets") if _covers(subnets, address)]


def _covers(subnets: str, address: str) -> bool:
    try:
        return is_within(address, parse_subnets(subnets))
    except Invalid:
        return False


def service_period(account: Account) -> tuple[int | None, int | None]:
    """From when until before when an account is in service, by its dates in the operator's zone (epoch seconds)."""
    zone = zone_of(account.operator)
    return midnight(account.activates_on, zone), midnight(account.deactivates_on, zone)


def is_in_service(account: Account, now: int) -> bool:
    """Say whether an account is active and within its dates."""
    return account.is_active and is_in_period(now, *service_period(account))


def subscriptions_of(account: Account) -> QuerySet[TariffSubscription]:
    """The subscriptions of an account: its own and those its customer holds for all accounts."""
    # The customer says already which operator it is; named once more, SQLite goes through all that the operator sold.
    return TariffSubscription.objects.filter(Q(account=account) | Q(account=None), customer_id=account.customer_id)


def held_at(subscriptions: QuerySet[TariffSubscription], moment: datetime) -> QuerySet[TariffSubscription]:
    """Keep the subscriptions that run at a moment, to tariffs that are not disabled."""
    return subscriptions.filter(
        Q(ends_at=None) | Q(ends_at__gt=moment), starts_at__lte=moment, tariff__is_enabled=True
    ).select_related("tariff")


def subscriptions_by_customer(
    accounts: Iterable[Account], moment: datetime
) -> Mapping[int, Sequence[TariffSubscription]]:
    """What the customers of accounts hold at a moment, for one of their accounts or for all."""
    found: dict[int, list[TariffSubscription]] = defaultdict(list)
    customers = {account.customer_id for account in accounts}
    for held in held_at(TariffSubscription.objects.filter(customer__in=customers), moment):
        found[held.customer_id].append(held)
    return found


def session_terms(account: Account, held: Iterable[TariffSubscription]) -> tuple[SessionTerms, ...]:
    """What the tariffs say about signing in that an account holds, of all that its customer holds."""
    return tuple(
        SessionTerms(
            basic_sessions=each.tariff.basic_sessions,
            additional_sessions=each.tariff.additional_sessions,
            one_address=each.tariff.one_address,
            for_inactive_accounts=each.tariff.for_inactive_accounts,
        )
        for each in held
        if each.account_id in (None, account.pk)
    )


def accounts_signing_in(found: Sequence[Account]) -> dict[int, Account]:
    """Accounts as they are now, locked until the end of the transaction, with their sessions and devices, by number.

    They were `found` a moment ago, with their customers and operators.
    """
    # The lock stands alone: MariaDB cannot lock one table of a join. In order: two groups never wait for each other.
    locked = Account.objects.select_for_update().filter(pk__in=[account.pk for account in found]).order_by("pk")
    accounts = {account.pk: account for account in locked}
    for before in found:
        account = accounts.get(before.pk)
        if account and account.customer_id == before.customer_id:
            account.customer, account.operator = before.customer, before.operator
    devices = Device.objects.select_related("device_type").order_by("pk")
    prefetch_related_objects(
        list(accounts.values()), Prefetch("sessions", Session.objects.order_by("pk")), Prefetch("devices", devices)
    )
    return accounts


def bound_devices(account: Account, sessions: Collection[OpenSession]) -> tuple[BoundDevice, ...]:
    """The devices of an account, as it has them along, oldest first."""
    signed_in = {session.device_uid for session in sessions}
    return tuple(
        BoundDevice(
            id=device.pk,
            uid=device.uid,
            type_name=device.device_type.system_name if device.device_type else "",
            brand=device.brand,
            model=device.model,
            is_enabled=device.is_enabled,
            is_basic=device.is_basic,
            has_session=device.uid in signed_in,
            created=int(device.created_at.timestamp()),
        )
        for device in account.devices.all()
    )


def open_sessions(account: Account) -> tuple[OpenSession, ...]:
    """The sessions of an account, as it has them along."""
    return tuple(
        OpenSession(
            id=session.pk,
            device_uid=session.device_uid,
            is_basic=session.is_basic,
            address=session.address,
            created=int(session.created_at.timestamp()),
            last_seen=int(session.last_seen_at.timestamp()),
        )
        for session in account.sessions.all()
    )


def device_type_called(operator_id: int, system_name: str) -> tuple[DeviceType | None, bool]:
    """A type of device by the name that devices give themselves, and whether an operator counts it as basic."""
    served = OperatorDeviceType.objects.of(operator_id).filter(device_type__system_name=system_name)
    found = served.select_related("device_type").first()
    if found is not None:
        return found.device_type, found.is_basic
    return DeviceType.objects.filter(system_name=system_name).first(), False


def session_view(session: Session) -> SessionView:
    """A session as the gate knows it; reads its device and type, so select them along."""
    return SessionView(
        token_digest=session.token_digest,
        account_id=session.account_id,
        device_id=session.device_id,
        device_uid=session.device_uid,
        device_type=session.device_type.system_name if session.device_type else "",
        is_basic=session.is_basic,
        address=session.address,
        created=int(session.created_at.timestamp()),
        last_seen=int(session.last_seen_at.timestamp()),
        device_is_enabled=session.device is None or session.device.is_enabled,
    )


def find_session(token_digest: str) -> SessionView | None:
    """The session with this token digest, of an operator that is active."""
    sessions = Session.objects.select_related("device", "device_type")
    found = sessions.filter(token_digest=token_digest, operator__is_active=True).first()
    return session_view(found) if found else None


def sessions_silent_since(moment: datetime) -> QuerySet[Session]:
    """Sessions that were last heard of before a moment."""
    silent: QuerySet[Session] = Session.objects.filter(last_seen_at__lt=moment)
    return silent


def session_of(token: str) -> Session | None:
    """The session with this token, with its account, customer, operator and device; None also when its operator is
    not active."""
    sessions = Session.objects.select_related("account__customer", "account__operator", "device", "device_type")
    found: Session | None = sessions.filter(token_digest=digest_of(token), operator__is_active=True).first()
    return found


def personal_channels(account: Account) -> QuerySet[AccountChannel]:
    """What an account thinks of channels, in the channels' order."""
    entries: QuerySet[AccountChannel] = AccountChannel.objects.filter(account=account).order_by("sort", "channel_id")
    return entries


def registration_rules(operator_id: int) -> RegistrationRules | None:
    """Whether and how an operator's households register themselves."""
    found: RegistrationRules | None = RegistrationRules.objects.of(operator_id).first()
    return found


def registered_since(operator_id: int, address: str, moment: datetime) -> int:
    """How many accounts registered themselves from an address since a moment."""
    accounts = Account.objects.of(operator_id).filter(registered_from=address, created_at__gt=moment)
    return int(accounts.count())


def text_gateway(operator_id: int, medium: str) -> TextGateway | None:
    """What carries an operator's texts by a medium, unless it is switched off."""
    found: TextGateway | None = TextGateway.objects.of(operator_id).filter(medium=medium, is_enabled=True).first()
    return found


def profiles_of(operator_id: int) -> QuerySet[Profile]:
    """An operator's profiles in their order."""
    profiles: QuerySet[Profile] = Profile.objects.of(operator_id).order_by("sort", "pk")
    return profiles


def profile_for(operator_id: int, number: int | None) -> Profile | None:
    """The profile with this number, else the one that devices begin with."""
    profiles = profiles_of(operator_id)
    chosen = profiles.filter(pk=number).first() if number is not None and number > 0 else None
    return chosen or profiles.filter(is_default=True).first()


def portal_template(operator_id: int, *, number: int | None = None, system_name: str = "") -> PortalTemplate | None:
    """An operator's template with this number and name, of which one may be left out; None without both."""
    asked = ({"pk": number} if number is not None else {}) | ({"system_name": system_name} if system_name else {})
    found: PortalTemplate | None = PortalTemplate.objects.of(operator_id).filter(**asked).first() if asked else None
    return found


def devices_of_customer(customer_id: int) -> QuerySet[Device]:
    """The devices of all accounts of a customer, oldest first."""
    devices: QuerySet[Device] = Device.objects.filter(account__customer_id=customer_id)
    return devices.select_related("device_type", "account").order_by("pk")


def device_with_uid(operator_id: int, uid: str) -> Device | None:
    """An operator's device by its id, with its account and customer."""
    devices = Device.objects.of(operator_id).select_related("account__customer")
    found: Device | None = devices.filter(uid=uid).first()
    return found


def account_profiles(account: Account) -> QuerySet[AccountProfile]:
    """What an account calls its profiles, in the profiles' order."""
    return (
        AccountProfile.objects.filter(account=account).select_related("profile").order_by("profile__sort", "profile_id")
    )

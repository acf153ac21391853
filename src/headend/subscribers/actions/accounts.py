"""Accounts: their numbers, secrets, dates and blocks, and what they think of channels."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from headend.catalog.models import Channel
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.kernel.passwords import hash_password, verify_password
from headend.kernel.sealing import seal, unseal
from headend.operators.actions import delete, record, save
from headend.operators.models import Operator
from headend.subscribers.actions.checks import assign, check_same_operator
from headend.subscribers.actions.sessions import close_sessions
from headend.subscribers.errors import NumberTaken, OfAnotherOperator, WrongPassword
from headend.subscribers.models import (
    Account,
    AccountChannel,
    AccountProfile,
    Customer,
    DeviceGroup,
    Profile,
    Session,
    StatusReason,
)
from headend.subscribers.queries import next_number
from headend.subscribers.rules import parse_subnets

FIELDS = frozenset(
    {
        "external_id", "is_active", "status_reason", "auto_activation_days", "activates_on", "deactivates_on",
        "extends_on", "allow_multiple_login", "allow_login_by_number", "allow_login_by_device",
        "allow_login_by_address", "subnets", "allowed_device_groups", "use_timeshift", "timeshift_minutes",
        "data_centre", "country", "city", "template", "option1", "option2", "option3", "settings",
        "needs_settings_reset", "meta", "registered_from",
    }
)  # fmt: skip
MAX_NUMBER = 2**63 - 1
MAX_PARENT_CODE = 16
SHORTEST_PASSWORD = 6
LONGEST_PROFILE_NAME = 60


@transaction.atomic
def create_account(
    *, actor: Actor, customer: Customer, number: int | None = None, password: str = "", **fields: Any
) -> Account:
    """Create an account; without a number it gets the operator's next one.

    Raises NumberTaken and Invalid. Without a password nobody signs in by number and password.
    """
    # One at a time for each operator, so that two do not get the same next number.
    operator = Operator.objects.select_for_update().get(pk=customer.operator_id)
    account = Account(operator=operator, customer=customer, password=hash_password(password) if password else "")
    _fill(account, fields)
    account.number = next_number(operator) if number is None else number
    if not 0 <= account.number <= MAX_NUMBER:
        raise Invalid("an account's number is a whole number that is not negative", "number")
    try:
        with transaction.atomic():
            save(actor=actor, obj=account)
    except IntegrityError as error:
        raise NumberTaken(f"{operator} has an account {account.number} already") from error
    return account


@transaction.atomic
def change_account(*, actor: Actor, account: Account, **fields: Any) -> Account:
    """Change some fields of an account, and no others: it may have been read long ago. Raises Invalid and NotFound."""
    _fill(account, fields)
    save(actor=actor, obj=account, only=fields)
    return account


@transaction.atomic
def delete_account(*, actor: Actor, account: Account) -> None:
    """Delete an account with its devices, subscriptions and sessions."""
    close_sessions(actor=actor, sessions=Session.objects.filter(account=account))
    delete(actor=actor, obj=account)


@transaction.atomic
def set_password(*, actor: Actor, account: Account, password: str) -> None:
    """Give an account another password; devices that are signed in stay so. Raises Invalid for an empty one."""
    if not password:
        raise Invalid("a password is needed", "password")
    account.password = hash_password(password)
    save(actor=actor, obj=account, only={"password"})


@transaction.atomic
def change_password(*, actor: Actor, account: Account, old: str, new: str) -> None:
    """Give an account another password for whoever knows the old one. Raises WrongPassword and Invalid."""
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if not (locked.password and verify_password(old, locked.password)):
        raise WrongPassword("the old password is wrong")
    set_password(actor=actor, account=locked, password=checked_password(new))


def checked_password(password: str) -> str:
    """A password that a viewer has chosen, if it is long enough; raises Invalid. Remote controls have figures only."""
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(f"a password has {SHORTEST_PASSWORD} characters or more", "password")
    return password


@transaction.atomic
def change_parent_code(*, actor: Actor, account: Account, old: str, new: str, sealing_key: str) -> None:
    """Set another parental code for whoever knows the old one, if there is one. Raises WrongPassword and Invalid."""
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if locked.sealed_parent_code and not hmac.compare_digest(
        old.encode(), unseal(locked.sealed_parent_code, sealing_key).encode()
    ):
        raise WrongPassword("the old parental code is wrong")
    set_parent_code(actor=actor, account=locked, code=new, sealing_key=sealing_key)


@transaction.atomic
def name_profile(*, actor: Actor, account: Account, profile: Profile, name: str) -> None:
    """Let an account call a profile by a name of its own. Raises Invalid and OfAnotherOperator."""
    check_same_operator(account, profile)
    if not 0 < len(name) <= LONGEST_PROFILE_NAME:
        raise Invalid(f"a name has 1 to {LONGEST_PROFILE_NAME} characters", "name")
    AccountProfile.objects.update_or_create(account=account, profile=profile, defaults={"name": name})
    record(actor=actor, verb="change", obj=account, changes={"profile": [profile.pk, name]})


@transaction.atomic
def set_parent_code(*, actor: Actor, account: Account, code: str, sealing_key: str) -> None:
    """Set the code that locked channels ask for, at most 16 characters; empty takes it away. Raises Invalid."""
    if len(code) > MAX_PARENT_CODE:
        raise Invalid(f"a parental code has at most {MAX_PARENT_CODE} characters", "parent_code")
    account.sealed_parent_code = seal(code, sealing_key)
    save(actor=actor, obj=account, only={"sealed_parent_code"})


@transaction.atomic
def deactivate_account(*, actor: Actor, account: Account, reason: str = StatusReason.INACTIVE) -> Account:
    """Take an account out of service. `reason` is what devices are told; BLOCK can be lifted by the subscriber."""
    return change_account(actor=actor, account=account, is_active=False, status_reason=str(reason))


@transaction.atomic
def activate_account(*, actor: Actor, account: Account, today: date, reason: str = StatusReason.ACTIVE) -> Account:
    """Put an account into service; dates that would keep it out on the operator's day are moved or taken away."""
    begins = min(account.activates_on, today) if account.activates_on else None
    ends = account.deactivates_on if account.deactivates_on and today < account.deactivates_on else None
    fields = {"is_active": True, "status_reason": str(reason), "activates_on": begins, "deactivates_on": ends}
    return change_account(actor=actor, account=account, **fields)


@dataclass(frozen=True, slots=True)
class PersonalWish:
    """What an account wants of a channel; None leaves it as it is. `sort` -1 takes the place away."""

    is_favourite: bool | None = None
    is_hidden: bool | None = None
    needs_parent_code: bool | None = None
    sort: int | None = None


@transaction.atomic
def set_personal_channels(*, actor: Actor, account: Account, wishes: Mapping[int, PersonalWish]) -> None:
    """Write down what an account thinks of channels, by the channels' numbers; what it says nothing of stays.

    Raises OfAnotherOperator when one is not among the operator's channels.
    """
    Account.objects.select_for_update().get(pk=account.pk)  # two devices of a household may sort at once
    own = set(Channel.objects.of(account.operator_id).filter(pk__in=wishes).values_list("pk", flat=True))
    if own != set(wishes):
        raise OfAnotherOperator("there is no such channel", f"channel {min(set(wishes) - own)}")
    known = {e.channel_id: e for e in AccountChannel.objects.filter(account=account, channel__in=wishes)}
    entries = [
        _wished(known.get(number) or AccountChannel(account=account, channel_id=number), wish)
        for number, wish in wishes.items()
    ]
    AccountChannel.objects.bulk_create([e for e in entries if e.pk is None], batch_size=500)
    AccountChannel.objects.bulk_update(
        [e for e in entries if e.pk], ["is_favourite", "is_hidden", "needs_parent_code", "sort"], batch_size=200
    )
    record(actor=actor, verb="change", obj=account, changes={"channels": sorted(wishes)})


def _wished(entry: AccountChannel, wish: PersonalWish) -> AccountChannel:
    for name in ("is_favourite", "is_hidden", "needs_parent_code"):
        value = getattr(wish, name)
        if value is not None:
            setattr(entry, name, value)
    if wish.sort is not None:
        entry.sort = None if wish.sort < 0 else wish.sort
    return entry


def _fill(account: Account, fields: Mapping[str, Any]) -> None:
    assign(account, fields, FIELDS)
    check_same_operator(account, account.customer, account.data_centre)
    parse_subnets(account.subnets)
    groups = account.allowed_device_groups
    if not isinstance(groups, list) or any(group not in DeviceGroup.values for group in groups):
        raise Invalid(f"device groups are some of {DeviceGroup.values}", "allowed_device_groups")
    if account.activates_on and account.deactivates_on and account.deactivates_on < account.activates_on:
        raise Invalid("the service cannot end before it begins", "deactivates_on")

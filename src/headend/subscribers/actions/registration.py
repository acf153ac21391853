"""Households that register themselves: the same call again and again, until nothing is missing any more."""

import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.kernel.tokens import new_figures
from headend.operators.models import Dealer, Operator
from headend.subscribers.actions.accounts import checked_password, create_account, set_parent_code
from headend.subscribers.actions.captchas import Draw, drop_captcha, require_captcha
from headend.subscribers.actions.codes import Mailbox, Post, confirm, send_text, use_up
from headend.subscribers.actions.customers import create_customer
from headend.subscribers.actions.devices import bind_device
from headend.subscribers.errors import (
    AlreadyRegistered,
    NotSent,
    RegisteredTooOften,
    RegistrationClosed,
    RegistrationUnset,
    WrongCode,
)
from headend.subscribers.models import (
    Account,
    CodePurpose,
    Customer,
    Device,
    DeviceType,
    RegistrationRules,
    StatusReason,
)
from headend.subscribers.ports import Medium
from headend.subscribers.queries import customers_reached_by, registered_since, registration_rules
from headend.subscribers.rules import phone_of, trial_of

HOUR = timedelta(hours=1)
_FIGURES = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a household sent. Empty text and None stand for what it left out; `address` is the caller's IP.

    `code` is what it read on its phone, `captcha` in a picture. `tells_phone`: its number and password go there too.
    """

    phone: str = ""
    device_uid: str = ""
    device_type: DeviceType | None = None
    device_model: str = ""
    password: str = ""
    parent_code: str = ""
    comment: str = ""
    country: str = ""
    trial_days: int | None = None
    dealer_id: int | None = None
    address: str = ""
    code: str = ""
    captcha: str = ""
    tells_phone: bool = False

    @property
    def asker(self) -> str:
        """Whom a picture was shown to."""
        return sha256(f"{self.address}\n{self.device_uid}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Registered:
    """A new account and the password that only this answer has."""

    account: Account
    password: str


def register(*, actor: Actor, operator: Operator, wish: Wish, post: Post, draw: Draw) -> Registered:
    """Make a customer with an account, as the operator's rules have it, or say what is missing.

    Raises RegistrationUnset, RegistrationClosed, RegisteredTooOften, AlreadyRegistered; CaptchaNeeded and
    WrongCaptcha; CodeSent, CodeAwaited, CodeSentTooOften, WrongCode and NotSent; Invalid with the place "phone",
    "recipient" (neither phone nor device), "days", "dealer", "password" or "parent_code".
    """
    rules = _rules_of(operator)
    asked = _checked(operator, rules, wish)
    _refuse_many(operator, rules, asked, post.now)
    mailbox = _mailbox(operator, asked)
    has_code = rules.confirms_phone and bool(asked.code)  # who has one has read a picture before
    if rules.needs_captcha and not has_code:
        key = post.sealing_key
        require_captcha(
            operator=operator, asker=asked.asker, answer=asked.captcha, draw=draw, sealing_key=key, now=post.now
        )
    if not has_code:
        _refuse_known(operator, asked)
    if rules.confirms_phone:
        confirm(mailbox=mailbox, code=asked.code, post=post)
    done = _create(actor, operator, rules, asked, post)
    if asked.tells_phone and asked.phone:
        _tell(mailbox, done, post)
    return done


def _rules_of(operator: Operator) -> RegistrationRules:
    rules = registration_rules(operator.pk)
    if rules is None:
        raise RegistrationUnset("nobody has said how households register here")
    if not rules.is_enabled:
        raise RegistrationClosed("registration is closed")
    return rules


def _checked(operator: Operator, rules: RegistrationRules, wish: Wish) -> Wish:
    if not (wish.phone or (wish.device_uid and not rules.confirms_phone)):
        raise Invalid("a phone or the device's id is needed", "recipient")
    if wish.password:
        checked_password(wish.password)
    if wish.dealer_id is not None and _dealer(operator, wish) is None:
        raise Invalid("there is no such dealer", "dealer")
    return replace(
        wish,
        phone=phone_of(wish.phone) if wish.phone else "",
        trial_days=trial_of(wish.trial_days, rules.trial_days, operator.max_trial_days),
        country=wish.country.upper() if re.fullmatch("[A-Za-z]{2}", wish.country) else "",
    )


def _dealer(operator: Operator, wish: Wish) -> Dealer | None:
    found: Dealer | None = Dealer.objects.of(operator.pk).filter(pk=wish.dealer_id, is_active=True).first()
    return found


def _refuse_many(operator: Operator, rules: RegistrationRules, wish: Wish, now: int) -> None:
    since = datetime.fromtimestamp(now, UTC) - HOUR
    if rules.accounts_per_hour and registered_since(operator.pk, wish.address, since) >= rules.accounts_per_hour:
        raise RegisteredTooOften("too many registrations from this address")


def _refuse_known(operator: Operator, wish: Wish) -> None:
    if wish.phone and customers_reached_by(operator.pk, phone=wish.phone).exists():
        raise AlreadyRegistered("the phone is registered already")
    if wish.device_uid and Device.objects.of(operator.pk).filter(uid=wish.device_uid).exists():
        raise AlreadyRegistered("the device is registered already")


def _mailbox(operator: Operator, wish: Wish) -> Mailbox:
    return Mailbox(operator=operator, purpose=CodePurpose.REGISTER, medium=Medium.SMS, address=wish.phone)


@transaction.atomic
def _create(actor: Actor, operator: Operator, rules: RegistrationRules, wish: Wish, post: Post) -> Registered:
    # One at a time for each operator: two that come at once must not both find the phone free.
    operator = Operator.objects.select_for_update().get(pk=operator.pk)
    _refuse_known(operator, wish)
    _refuse_many(operator, rules, wish, post.now)
    if rules.confirms_phone and not use_up(mailbox=_mailbox(operator, wish), code=wish.code, post=post):
        raise WrongCode("the code has been used")
    drop_captcha(operator=operator, asker=wish.asker)
    customer = _customer(actor, operator, wish, post.now)
    password = wish.password or new_figures(_FIGURES)
    account = create_account(
        actor=actor,
        customer=customer,
        password=password,
        country=wish.country,
        registered_from=wish.address,
        **_service(rules, wish),
    )
    if wish.parent_code:
        set_parent_code(actor=actor, account=account, code=wish.parent_code, sealing_key=post.sealing_key)
    if wish.device_uid:
        bind_device(
            actor=actor,
            account=account,
            uid=wish.device_uid,
            device_type=wish.device_type,
            model=wish.device_model,
        )
    return Registered(account, password)


def _customer(actor: Actor, operator: Operator, wish: Wish, now: int) -> Customer:
    return create_customer(
        actor=actor,
        operator=operator,
        now=datetime.fromtimestamp(now, UTC),
        gets_basic=True,
        mobile_phone=wish.phone,
        comment=wish.comment,
        dealer=_dealer(operator, wish) if wish.dealer_id is not None else None,
        is_trial=bool(wish.trial_days),
    )


def _service(rules: RegistrationRules, wish: Wish) -> dict[str, Any]:
    if wish.trial_days:
        return {
            "is_active": False,
            "status_reason": StatusReason.WAIT.value,
            "auto_activation_days": wish.trial_days,
        }
    reason = StatusReason.ACTIVE if rules.starts_in_service else StatusReason.INACTIVE
    return {"is_active": rules.starts_in_service, "status_reason": reason.value}


def _tell(mailbox: Mailbox, done: Registered, post: Post) -> None:
    def words(operator: Operator, secret: str) -> tuple[str, str]:
        values = {"operator": operator, "number": done.account.number, "password": secret}
        return (
            _("Your account at %(operator)s") % values,
            _("%(operator)s: your number is %(number)s, your password %(password)s.") % values,
        )

    try:
        send_text(mailbox=mailbox, words=words, secret=done.password, senders=post.senders)
    except NotSent as error:
        log.warning("operator %s: a new account's password was not sent: %s", mailbox.operator.pk, error)

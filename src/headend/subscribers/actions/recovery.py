"""What households have forgotten: a new password, or the parental code, for whoever has the phone or mail box."""

from django.db import transaction
from django.utils.translation import gettext as _

from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid, NotFound
from headend.kernel.sealing import unseal
from headend.kernel.tokens import new_figures
from headend.operators.models import Operator
from headend.subscribers.actions.accounts import set_password
from headend.subscribers.actions.codes import Mailbox, Post, confirm, send_counted, send_text, use_up
from headend.subscribers.errors import NoAccount, NoParentCode, NoPhone, SeveralAccounts, WrongCode
from headend.subscribers.models import Account, CodePurpose
from headend.subscribers.ports import Medium
from headend.subscribers.queries import customers_reached_by
from headend.subscribers.rules import phone_of

_FIGURES = 8


def reset_password(*, actor: Actor, operator: Operator, phone: str, email: str, code: str, post: Post) -> None:
    """Send a new password to a phone, or else a mail box, once a code has proved who asks.

    Raises Invalid, NotFound, NoAccount, SeveralAccounts, NotSent, and the rest that `confirm` raises. The code is used
    up first and the password changed last: when it cannot be sent, the old one stays.
    """
    account = _account(operator, phone_of(phone) if phone else "", email)
    mailbox = _mailbox(account, is_phone=bool(phone))
    confirm(mailbox=mailbox, code=code, post=post)
    with transaction.atomic():
        if not use_up(mailbox=mailbox, code=code, post=post):
            raise WrongCode("the code has been used")
    password = new_figures(_FIGURES)
    send_text(mailbox=mailbox, words=_words_of_password, secret=password, senders=post.senders)
    set_password(actor=actor, account=account, password=password)


def _account(operator: Operator, phone: str, email: str) -> Account:
    if not (phone or email):
        raise Invalid("a phone or a mail address is needed", "email")
    customers = customers_reached_by(operator.pk, phone=phone, email=email)[:2]
    if not customers:
        raise NotFound("nobody has this phone or mail address")
    if len(customers) > 1:
        raise SeveralAccounts("several customers have it")
    accounts = list(customers[0].accounts.select_related("customer", "operator")[:2])
    if not accounts:
        raise NoAccount("the customer has no account")
    if len(accounts) > 1:
        raise SeveralAccounts("the customer has several accounts")
    account: Account = accounts[0]
    return account


def _mailbox(account: Account, *, is_phone: bool) -> Mailbox:
    """What the customer has, not what was typed: two addresses may be one to a database and lead to two people."""
    medium = Medium.SMS if is_phone else Medium.EMAIL
    address = phone_of(account.customer.mobile_phone) if is_phone else account.customer.email
    return Mailbox(operator=account.operator, purpose=CodePurpose.RESET, medium=medium, address=address)


def _words_of_password(operator: Operator, password: str) -> tuple[str, str]:
    values = {"operator": operator, "password": password}
    return (
        _("Your new password for %(operator)s") % values,
        _("%(operator)s: your new password is %(password)s.") % values,
    )


def send_parent_code(*, account: Account, post: Post) -> None:
    """Send an account's parental code to its customer's mobile phone.

    Raises NoPhone, NoParentCode, CodeAwaited, CodeSentTooOften and NotSent.
    """
    try:
        phone = phone_of(account.customer.mobile_phone)
    except Invalid as error:
        raise NoPhone("the customer has no mobile phone") from error
    code = unseal(account.sealed_parent_code, post.sealing_key)
    if not code:
        raise NoParentCode("the account has no parental code")
    mailbox = Mailbox(operator=account.operator, purpose=CodePurpose.PARENT_CODE, medium=Medium.SMS, address=phone)
    send_counted(mailbox=mailbox, post=post, words=_words_of_parent_code, code=code)


def _words_of_parent_code(operator: Operator, code: str) -> tuple[str, str]:
    values = {"operator": operator, "code": code}
    return (_("Your parental code"), _("%(operator)s: your parental code is %(code)s.") % values)

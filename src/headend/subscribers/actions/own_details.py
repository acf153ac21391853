"""What subscribers change of themselves; a new phone is proved by a code first."""

from collections.abc import Mapping
from copy import copy

from django.db import transaction

from headend.kernel.actor import Actor
from headend.subscribers.actions.checks import assign
from headend.subscribers.actions.codes import Mailbox, Post, confirm, use_up
from headend.subscribers.actions.customers import change_customer
from headend.subscribers.errors import AlreadyRegistered, WrongCode
from headend.subscribers.models import CodePurpose, Customer
from headend.subscribers.ports import Medium
from headend.subscribers.queries import customers_reached_by
from headend.subscribers.rules import phone_of

OWN_FIELDS = frozenset({"first_name", "last_name", "email"})


def change_own_details(
    *, actor: Actor, customer: Customer, details: Mapping[str, str], phone: str, code: str, post: Post
) -> Customer:
    """Change names, mail address and phone ("" leaves it). Nothing is written before the phone is proved.

    Raises Invalid with the field as its place, AlreadyRegistered, NotSent, and what `confirm` raises.
    """
    assign(copy(customer), details, OWN_FIELDS)
    if not phone or phone_of(phone) == customer.mobile_phone:
        return change_customer(actor=actor, customer=customer, **details)
    mailbox = _mailbox(customer, phone)
    confirm(mailbox=mailbox, code=code, post=post)
    with transaction.atomic():
        if not use_up(mailbox=mailbox, code=code, post=post):
            raise WrongCode("the code has been used")
        return change_customer(actor=actor, customer=customer, **details, mobile_phone=mailbox.address)


def _mailbox(customer: Customer, phone: str) -> Mailbox:
    address = phone_of(phone)
    others = customers_reached_by(customer.operator_id, phone=address).exclude(pk=customer.pk)
    if others.exists():
        raise AlreadyRegistered("another customer has this phone")
    return Mailbox(operator=customer.operator, purpose=CodePurpose.CHANGE_PHONE, medium=Medium.SMS, address=address)

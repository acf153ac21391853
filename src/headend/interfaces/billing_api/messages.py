"""Messages to households."""

from typing import Annotated

from django.db import transaction

from headend.interfaces.billing_api import BILLING_API
from headend.interfaces.billing_api.finding import NO_ACCOUNT, account_named
from headend.interfaces.wire.callers import Guest
from headend.interfaces.wire.parameters import Longest
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.messaging.actions import release_mailing, save_mailing
from headend.messaging.models import Audience, Mailing
from headend.messaging.rules import LONGEST_TEXT, plain_text

_LONGEST_SUBJECT = 200
_ERROR_FIELDS = {"by_screen": "send_message_to_tv_screen"}


@BILLING_API.call(
    "AccountMessageCreate",
    "POST",
    "/account/message/create/",
    errors={1: NO_ACCOUNT, 2: "a field cannot be accepted, see error_fields"},
    refusals={Invalid: 2},
    bad_parameter=2,
    error_fields=_ERROR_FIELDS,
    writes=True,
)
@transaction.atomic
def send(  # noqa: PLR0913 - the wire's parameters
    caller: Guest,
    account_id: int | None = None,
    abonement: int | None = None,
    text: Annotated[str, Longest(LONGEST_TEXT)] = "",
    subject: Annotated[str, Longest(_LONGEST_SUBJECT)] = "",
    urgent: bool = True,
    delete_after_reading: bool = True,
    send_message_to_tv_screen: bool = True,
    send_message_by_sms: bool = False,
    send_message_by_email: bool = False,
    send_message_by_cas: bool = False,
) -> Fields:
    """Send an account a message, on its screens, by SMS and by email.

    Choice: without a subject it is the text's beginning; an account must be named, nothing goes to everyone. No
    conditional access shows messages here: `send_message_by_cas` alone sends nothing and answers 2.
    """
    account = account_named(caller, account_id, abonement)
    mailing = Mailing(
        operator=caller.operator,
        audience=Audience.ACCOUNT,
        account=account,
        subject=subject or plain_text(text)[:60],
        text=text,
        is_urgent=urgent,
        delete_after_reading=delete_after_reading,
        by_screen=send_message_to_tv_screen,
        by_sms=send_message_by_sms,
        by_email=send_message_by_email,
    )
    save_mailing(actor=caller.actor, mailing=mailing)
    release_mailing(actor=caller.actor, mailing=mailing, now=caller.now)
    return {}

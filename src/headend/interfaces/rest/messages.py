"""Messages to households: written as drafts, then sent."""

from pydantic import Field

from headend.catalog.models import Tariff
from headend.interfaces.rest.callers import Caller
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.resources import Deed, Resource
from headend.interfaces.rest.shapes import Fields, Moment, Number, partial
from headend.interfaces.rest.writing import References, resolved
from headend.messaging import actions
from headend.messaging.models import Audience, Mailing, MailingState
from headend.operators.models import Dealer
from headend.subscribers.models import Account


class MessageFields(Fields):
    audience: str = Field("account", description=", ".join(Audience.values))
    account_id: Number | None = None
    tariff_id: Number | None = None
    dealer_id: Number | None = None
    subject: str
    text: str = Field(description="HTML; scripts, styles and forms are taken out.")
    is_urgent: bool = True
    no_confirmation: bool = False
    delete_after_reading: bool = False
    by_screen: bool = True
    by_sms: bool = False
    by_email: bool = False


class MessageShape(MessageFields):
    id: int
    state: str = Field(description=", ".join(MailingState.values))
    total: int
    reached: int
    created_at: Moment


_REFERENCES: References = {
    "account_id": ("account", Account),
    "tariff_id": ("tariff", Tariff),
    "dealer_id": ("dealer", Dealer),
}


def _write(caller: Caller, mailing: Mailing, given: dict[str, object]) -> Mailing:
    for name, value in resolved(caller, given, _REFERENCES).items():
        setattr(mailing, name, value)
    mailing.clean_fields()
    return actions.save_mailing(actor=caller.actor, mailing=mailing)


def _send(caller: Caller, mailing: Mailing, _body: Fields) -> Mailing:
    # The worker finds what was released by itself, once a minute: nothing is put on its queue that may be rolled back.
    return actions.release_mailing(actor=caller.actor, mailing=mailing, now=caller.now)


def _stop(caller: Caller, mailing: Mailing, _body: Fields) -> Mailing:
    return actions.stop_mailing(actor=caller.actor, mailing=mailing)


MESSAGES = Resource(
    path="messages",
    noun="message",
    text="Mailings by screen, SMS and email. A new one is a draft; `POST /messages/{id}/send` sends it.",
    model=Mailing,
    shape=MessageShape,
    filters={
        "state": Filter("state", str),
        "audience": Filter("audience", str),
        "account_id": Filter("account", Number),
        "created_from": Filter("created_at__gte", Moment),
    },
    sorts=("id", "created_at"),
    new=MessageFields,
    make=lambda caller, body: _write(caller, Mailing(operator=caller.operator), body.model_dump()),
    patch=partial(MessageFields),
    change=_write,
    remove=lambda caller, mailing: actions.delete_mailing(actor=caller.actor, mailing=mailing),
    deeds=(
        Deed(name="send", text="Send a draft", run=_send, shape=MessageShape),
        Deed(name="stop", text="Send no more of a message", run=_stop, shape=MessageShape),
    ),
)

"""What the platform's errors, roles and reasons are called in the staff member's language."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from headend.billing.rules.promises import PromiseRefusal
from headend.kernel.actor import ActorKind
from headend.kernel.errors import HeadendError
from headend.operators.rules import Api, Role

ROLES = {
    Role.SUPERUSER: gettext_lazy("Superuser"),
    Role.OPERATOR_ADMIN: gettext_lazy("Operator admin"),
    Role.EDITOR: gettext_lazy("Editor"),
    Role.SUPPORT: gettext_lazy("Support"),
    Role.DEALER: gettext_lazy("Dealer"),
    Role.MONITORING: gettext_lazy("Monitoring"),
    Role.COPYRIGHT_HOLDER: gettext_lazy("Copyright holder"),
}
APIS = {
    Api.DEVICE: gettext_lazy("Device API"),
    Api.BILLING: gettext_lazy("Billing API"),
    Api.CONTENT: gettext_lazy("Content API"),
    Api.STREAMING: gettext_lazy("Streaming API"),
    Api.DEALERS: gettext_lazy("Dealers API"),
    Api.REST: gettext_lazy("REST API"),
}
ACTORS = {
    ActorKind.STAFF: gettext_lazy("staff"),
    ActorKind.API_KEY: gettext_lazy("API key"),
    ActorKind.DEVICE: gettext_lazy("device"),
    ActorKind.SYSTEM: gettext_lazy("the system"),
}


def word_for(words: Mapping[Any, Any], value: str) -> str:
    """The word for a value that a record keeps; the value itself when there is none."""
    return str({str(key): word for key, word in words.items()}.get(value, value))


_PROMISES = {
    PromiseRefusal.NOT_OFFERED: gettext_lazy("The operator's billing terms know no promises."),
    PromiseRefusal.RUNS: gettext_lazy("Another promise runs."),
    PromiseRefusal.TOO_MUCH: gettext_lazy("That is more than the operator lends."),
    PromiseRefusal.TOO_SOON: gettext_lazy("The last promise is not long enough ago."),
}
_ERRORS: dict[str, Callable[[Any], str]] = {
    "operator_loop": lambda e: _("An operator cannot stand below itself."),
    "mask_refused": lambda e: _("The mask cannot be read at column %(column)d.") % {"column": e.column},
    "mask_unknown_variable": lambda e: (
        _("At column %(column)d, $%(name)s is no variable of this mask.") % {"column": e.column, "name": e.name}
    ),
    "server_config_refused": lambda e: _("This kind of server cannot work without it: %(text)s.") % {"text": e},
    "not_a_channel_list": lambda e: _("This is not a channel list."),
    "nothing_to_import": lambda e: _("There is nothing in it that could be imported."),
    "list_busy": lambda e: _("Somebody else changed the channels of this list meanwhile; import it again."),
    "list_too_long": lambda e: _("The list has more channels than can be meant."),
    "not_a_guide": lambda e: _("This is not a guide."),
    "guide_broken": lambda e: _("The guide cannot be read to its end: %(place)s.") % {"place": e.place or e},
    "guide_busy": lambda e: _("This source is being imported already."),
    "currency_fixed": lambda e: _("Money has moved in the currency before: in another one nobody would see it."),
    "bad_amount": lambda e: _("This is no amount that could be paid."),
    "promise_refused": lambda e: word_for(_PROMISES, e.reason),
    "over_refunded": lambda e: _("More would go back than was paid."),
    "payment_settled": lambda e: _("Only what was paid can be given back."),
    "already_posted": lambda e: _("It has been corrected already."),
    "no_gateway": lambda e: _("There is no such payment gateway, or its secret cannot be read."),
    "gateway_refused": lambda e: _("The payment gateway refused: %(text)s.") % {"text": e},
    "mailing_under_way": lambda e: _("It was sent already, or is being sent."),
    "wrong_state": lambda e: _("The ticket is not in a state in which this can be done: %(text)s.") % {"text": e},
    "too_large": lambda e: _("It is larger than may be uploaded: %(text)s.") % {"text": e},
    "upload_failed": lambda e: _("It could not be written: %(text)s.") % {"text": e},
    "unknown_guide_channel": lambda e: _("There is no such guide channel."),
}


def explain(error: HeadendError) -> str:
    """An expected error in words for staff."""
    words = _ERRORS.get(error.code)
    return words(error) if words else str(error)

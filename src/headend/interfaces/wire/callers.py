"""Who calls: a signed-in device by its session's token, a portal by the operator's key, or nobody in particular."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.cache import cache as shared

from headend.interfaces.wire.calls import Call
from headend.interfaces.wire.errors import Refused
from headend.interfaces.wire.parameters import Values
from headend.interfaces.wire.signatures import is_signed
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.calls import BAD_SIGNATURE, FORBIDDEN, UNKNOWN_DEALER, UNKNOWN_OPERATOR, Needs
from headend.kernel.errors import Invalid
from headend.kernel.formats import FORMATS, JSON, WireFormat
from headend.kernel.sealing import unseal
from headend.operators.errors import UnknownKey
from headend.operators.models import ApiKey, Dealer, Localized, Operator
from headend.operators.queries import dealer_key_of, key_of, live_keys
from headend.operators.rules import Api as KeyedApi
from headend.subscribers.models import Account, OperatorDeviceType, Session
from headend.subscribers.queries import session_of
from headend.subscribers.rules import is_within, parse_subnets

LONGEST_TOKEN = 256
OLD_SIGNATURE_KEPT = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Asked:
    """A request before anybody knows who sent it. `address` is the caller's IP, "" when unknown; `now` is aware;
    `document` is a body in XML, which few calls read.
    """

    values: Values
    cookies: Mapping[str, str]
    address: str
    now: datetime
    user_agent: str = ""
    document: bytes = b""

    def text(self, name: str) -> str:
        """The last value of a parameter as text, "" when there is none."""
        given = self.values.get(name)
        return str(given[-1]) if given and not isinstance(given[-1], list | dict) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A caller of whom nothing is known and nothing has to be."""

    asked: Asked

    @property
    def address(self) -> str:
        return self.asked.address

    @property
    def now(self) -> datetime:
        return self.asked.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest(Stranger):
    """Somebody with an operator's key: a portal or an application before anybody has signed in.

    `device_type` is the type it names, as the operator has set it up; None for none and for one that is unknown.
    """

    operator: Operator
    device_type: OperatorDeviceType | None
    key: ApiKey | None = None

    @property
    def actor(self) -> Actor:
        """Who writes, for actions."""
        key = self.key
        return Actor(ActorKind.API_KEY, str(key) if key else "", key.pk if key else None, self.address)

    @property
    def device_uid(self) -> str:
        """The device's id as it names it, "" when it does not."""
        return (self.asked.text("device_uid") or self.asked.cookies.get("device_uid", ""))[:100]

    @property
    def language(self) -> int:
        """Which of the names is meant: 0 the operator's own language, 1 to 5 its extra ones."""
        extra = self.operator.extra_languages[:5]
        wanted = self.asked.text("lang")
        return extra.index(wanted) + 1 if wanted in extra else 0

    @property
    def language_code(self) -> str:
        """The code of the language in which the caller is answered."""
        code: str = [self.operator.language, *self.operator.extra_languages][self.language]
        return code

    def localized(self, record: Any, field: str = "name") -> str:
        """A text of a record (`Localized`, or with `field`_lang1 to 5) in the caller's language, else in the first."""
        own: str = getattr(record, f"{field}_lang{self.language}", "") if self.language else ""
        return own or getattr(record, field)

    def name_of(self, record: Localized | None) -> str:
        """The name of a record in the caller's language; "" of none."""
        return self.localized(record) if record is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer(Guest):
    """A signed-in device. `session.device` may be None: additional devices without an id are not bound."""

    session: Session

    @property
    def account(self) -> Account:
        return self.session.account

    @property
    def actor(self) -> Actor:
        """Who writes, for actions: the device, in the account's name."""
        return Actor(ActorKind.DEVICE, self.session.device_uid, self.session.account_id, self.address)

    @property
    def device_uid(self) -> str:
        return self.session.device_uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Reseller(Guest):
    """A dealer with its own key: it sees and serves only the customers it brought in."""

    dealer: Dealer


def whole(url: str) -> str:
    """The whole address of a picture or page: what is our own begins with the service's public address."""
    return urljoin(settings.HEADEND.base_url + "/", url) if url else ""


def find_caller(call: Call, key: str, asked: Asked) -> Stranger:
    """Find out who calls; raises Refused (403) when it is not who the call needs."""
    if call.needs is Needs.NOTHING:
        return Stranger(asked=asked)
    if call.needs is Needs.SIGNATURE:
        return _signer(asked, key)
    if call.needs is Needs.DEALER:
        return _reseller(asked)
    if call.needs is Needs.KEY:
        return _guest(asked, key)
    if call.needs is Needs.EITHER and not _token(asked):
        return _guest(asked, key)
    return _viewer(asked)


def _token(asked: Asked) -> str:
    return asked.text("authkey") or asked.cookies.get("authkey", "")


def _viewer(asked: Asked) -> Viewer:
    token, named = _token(asked), asked.text("client_id")
    session = session_of(token) if 0 < len(token) <= LONGEST_TOKEN else None
    if session is None or (named and named != str(session.operator_id)):
        raise Refused(FORBIDDEN)
    operator = session.account.operator
    system_name = asked.text("device") or (session.device_type.system_name if session.device_type else "")
    kind = _device_type(operator, system_name)
    return Viewer(asked=asked, operator=operator, device_type=kind, session=session)


def _guest(asked: Asked, api: str) -> Guest:
    named, key = asked.text("client_id"), asked.text("api_key")
    if not (_is_number(named) and 0 < len(key) <= LONGEST_TOKEN):
        raise Refused(FORBIDDEN)
    try:
        found = key_of(operator_id=int(named), api=KeyedApi(api), key=key)
    except UnknownKey as error:
        raise Refused(FORBIDDEN) from error
    kind = _device_type(found.operator, asked.text("device"))
    return Guest(asked=asked, operator=found.operator, device_type=kind, key=found)


def _reseller(asked: Asked) -> Reseller:
    named, text = asked.text("dealer_id"), asked.text("api_key")
    if not (_is_number(named) and 0 < len(text) <= LONGEST_TOKEN):
        raise Refused(UNKNOWN_DEALER)
    try:
        dealer, key = dealer_key_of(dealer_id=int(named), key=text)
        allowed = parse_subnets(dealer.allowed_subnets)
    except (UnknownKey, Invalid) as error:  # subnets that nobody can read let nobody in
        raise Refused(UNKNOWN_DEALER) from error
    if allowed and not is_within(asked.address, allowed):
        raise Refused(UNKNOWN_DEALER)
    return Reseller(asked=asked, operator=key.operator, device_type=None, key=key, dealer=dealer)


def _signer(asked: Asked, api: str) -> Guest:
    named = asked.text("client_id")
    keys = live_keys(operator_id=int(named), api=KeyedApi(api)) if _is_number(named) else []
    if not keys:
        raise Refused(UNKNOWN_OPERATOR)
    signature = asked.text("signature")[:LONGEST_TOKEN]
    for key in keys:
        secret, last = unseal(key.sealed, settings.ENCRYPTION_KEY), f"signed:{key.pk}:{asked.address}"
        if is_signed(asked.values, signature, secret, before=shared.get(last, "")):
            shared.set(last, signature, OLD_SIGNATURE_KEPT)
            return Guest(asked=asked, operator=key.operator, device_type=None, key=key)
    raise Refused(BAD_SIGNATURE)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _device_type(operator: Operator, system_name: str) -> OperatorDeviceType | None:
    if not system_name:
        return None
    types = OperatorDeviceType.objects.of(operator.pk).select_related("device_type")
    found: OperatorDeviceType | None = types.filter(device_type__system_name=system_name[:60]).first()
    return found


def wire_of(caller: Stranger | None) -> WireFormat:
    """The encoding for a caller: that of its device type, else JSON."""
    if not isinstance(caller, Guest) or caller.device_type is None:
        return JSON
    kind = caller.device_type
    return FORMATS[kind.wire_format or kind.device_type.wire_format]


def wire_of_refused(asked: Asked) -> WireFormat:
    """The encoding for a call that was refused before it was known who calls: of the device type it names."""
    named = asked.text("client_id")
    if not _is_number(named):
        return JSON
    operator = Operator.objects.filter(pk=int(named), is_active=True).first()
    kind = _device_type(operator, asked.text("device")) if operator else None
    return FORMATS[kind.wire_format or kind.device_type.wire_format] if kind else JSON

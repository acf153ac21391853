"""A service with one of everything that a call may need, and somebody who calls it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.conf import settings
from django.test import Client
from tests.contracts.contract import documented
from tests.factories.catalog import make_channel, make_tariff
from tests.factories.operators import make_dealer, make_operator
from tests.factories.subscribers import (
    make_account,
    make_device,
    make_operator_device_type,
    make_session,
    make_subscription,
)

from headend.catalog.models import Channel, Tariff
from headend.interfaces.apis import calls_by_id
from headend.interfaces.wire.signatures import signature_of
from headend.kernel.actor import Actor, system
from headend.kernel.calls import Needs
from headend.operators.actions import issue_key
from headend.operators.models import Dealer, Operator
from headend.operators.rules import Api
from headend.subscribers.models import Account, DeviceType

ADDRESS = "192.0.2.1"
CALLS = calls_by_id()
DOCUMENTED = documented()


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_xml(self) -> bool:
        return self.content_type.startswith("text/xml")

    @property
    def value(self) -> Any:
        """JSON as Python values, XML as its root element."""
        return ElementTree.fromstring(self.body) if self.is_xml else json.loads(self.body)

    @property
    def error(self) -> int:
        return int(self.value.findtext("error")) if self.is_xml else self.value["error"]

    def __getitem__(self, name: str) -> Any:
        return self.value[name]


def _answer(got: Any) -> Answer:
    return Answer(got.status_code, got.headers.get("Content-Type", ""), got.content, got.headers)


class House:
    """An operator with a key, a basic tariff with two channels, and an account whose android device has signed in.

    `device` is what calls name as their device type: "android" is answered in JSON, "mag" in XML.
    """

    def __init__(self, device: str = "android") -> None:
        self.device = device
        self.keys: dict[Api, str] = {}
        self.actor: Actor = system("tests")
        self.operator: Operator = make_operator(extra_languages=["ru"])
        for name, wire in (("android", "json"), ("mag", "xml")):
            kind, _ = DeviceType.objects.get_or_create(system_name=name, defaults={"name": name, "wire_format": wire})
            make_operator_device_type(operator=self.operator, device_type=kind)
        self.channels: list[Channel] = [
            make_channel(operator=self.operator, name=name, name_lang1=f"{name} (ru)") for name in ("News", "Sport")
        ]
        self.tariff: Tariff = make_tariff(
            operator=self.operator, name="Basic", channels=self.channels, basic_priority=1, price=9
        )
        self.account: Account = make_account(operator=self.operator)
        make_subscription(account=self.account, tariff=self.tariff)
        self.bound = make_device(account=self.account)
        _session, self.token = make_session(account=self.account, device=self.bound)

    @cached_property
    def client(self) -> Client:
        return Client(REMOTE_ADDR=ADDRESS)

    @property
    def key(self) -> str:
        return self.key_of(Api.DEVICE)

    @cached_property
    def dealer(self) -> Dealer:
        return make_dealer(operator=self.operator)

    def key_of(self, api: Api) -> str:
        """The text of the operator's key of an API, of the dealers' API that of the dealer; made when first needed."""
        if api not in self.keys:
            dealer = self.dealer if api is Api.DEALERS else None
            sealing_key = settings.ENCRYPTION_KEY
            issued = issue_key(
                actor=self.actor, operator=self.operator, api=api, sealing_key=sealing_key, dealer=dealer
            )
            self.keys[api] = issued[1]
        return self.keys[api]

    def ask(self, name: str, /, *, body: Any = None, **params: Any) -> Answer:
        """Call a method by what it is known as; what it needs to be let in is added unless `params` has it.

        A parameter that is None is left out. `body`, when given, is sent as JSON.
        """
        api, call = CALLS[name]
        given = self.let_in(name, params | (body or {}))
        path = api.base + call.path
        if body is not None:
            got = self.client.post(path, given, content_type="application/json")
        else:
            got = self.client.get(path, given) if call.verb == "GET" else self.client.post(path, given)
        return _answer(got)

    def let_in(self, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Parameters with what a method needs to be let in, if they lack it; None leaves one out."""
        api, call = CALLS[name]
        given = {k: v for k, v in (self._credentials(name) | params).items() if v is not None}
        if call.needs is Needs.SIGNATURE:
            values = {k: v if isinstance(v, list) else [v] for k, v in given.items()}
            given.setdefault("signature", signature_of(values, self.key_of(Api(api.key))))
        return given

    def query(self, name: str) -> str:
        """What a method needs to be let in, as a query."""
        return urlencode(self._credentials(name))

    def get(self, address: str) -> Answer:
        """Ask for an address as it stands."""
        return _answer(self.client.get(address))

    def post(self, address: str, body: str, kind: str) -> Answer:
        """Send a body as it stands."""
        return _answer(self.client.post(address, body, content_type=kind))

    def _credentials(self, name: str) -> dict[str, Any]:
        api, call = CALLS[name]
        named = {"client_id": self.operator.pk}
        if call.needs is Needs.SIGNATURE:
            return named
        if call.needs is Needs.DEALER:
            return {"dealer_id": self.dealer.pk, "api_key": self.key_of(Api.DEALERS)}
        common = {"device": self.device}
        if call.needs in (Needs.SESSION, Needs.EITHER):
            return named | common | {"authkey": self.token}
        return named | common | {"api_key": self.key_of(Api(api.key))} if call.needs is Needs.KEY else common

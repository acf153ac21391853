"""A gate with one fixed snapshot (tests.hotpath.gate.snapshots), and somebody who calls it as it is documented."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from tests.contracts.house import DOCUMENTED, Answer
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, KEY, NEWS, NOW
from tests.interfaces.device_api.conftest import signed_in

from headend.hotpath.gate.calls import declared_calls
from headend.hotpath.gate.routes import BASES

GATE_CALLS = declared_calls()


class GateHouse:
    """The same for the calls of the gate as `house.House` for those of Django; `inner` is what stands around the gate.

    The account has the basic and the sports tariff, so that all channels of the operator but a disabled one are its.
    """

    def __init__(self, device: str = "android") -> None:
        self.device = device
        self.inner = House()
        self.inner.records.answer = signed_in()
        self.operator = SimpleNamespace(pk=1)
        self.token, self.key = ANDROID, KEY
        self.now, self.news = NOW, NEWS

    def ask(self, name: str, /, *, body: Any = None, **params: Any) -> Answer:
        """Call a method by its documented name; what it needs to be let in is added unless `params` has it."""
        call = DOCUMENTED[name]
        given = {k: v for k, v in {**self._credentials(call.needs), **params}.items() if v is not None}
        path, verb, headers = BASES[call.api] + call.path, call.verb, {}
        if body is not None:
            sent, verb = json.dumps({**given, **body}).encode(), "POST"
            headers, query = {"content-type": "application/json"}, ""
        else:
            text = urlencode(given, doseq=True)
            query, sent = (text, b"") if verb == "GET" else ("", text.encode())
        got = self.inner.ask(verb, path, query, headers=headers, body=sent)
        return Answer(got.status, got.headers["content-type"], got.body, got.headers)

    def _credentials(self, needs: str) -> dict[str, Any]:
        common: dict[str, Any] = {"client_id": self.operator.pk, "device": self.device}
        if needs == "session":
            return common | {"authkey": self.token}
        return common | {"api_key": self.key} if needs == "key" else {"device": self.device}

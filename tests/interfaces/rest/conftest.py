"""An operator with a key for everything, and somebody who calls with it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.operators import make_operator, make_rest_key

from headend.interfaces.rest.callers import rates
from headend.operators.models import Operator
from headend.operators.rules import SCOPES

BASE = "/api/v1/"
_word = count(1)


@dataclass
class Caller:
    """Calls the API as `operator` with a key; every write gets an idempotency key of its own unless one is given."""

    operator: Operator
    key: str

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(self._address(path), query)

    def post(self, path: str, body: Any, word: str = "", **headers: str) -> HttpResponse:
        return self._write("POST", path, body, word or f"word {next(_word)}", headers)

    def patch(self, path: str, body: Any, word: str = "", **headers: str) -> HttpResponse:
        return self._write("PATCH", path, body, word, headers)

    def put(self, path: str, body: bytes, **headers: str) -> HttpResponse:
        return self._client.generic("PUT", self._address(path), body, "application/octet-stream", headers=headers)

    def delete(self, path: str, word: str = "", **headers: str) -> HttpResponse:
        return self._write("DELETE", path, None, word, headers)

    def ids(self, path: str, **query: Any) -> list[int]:
        """The numbers that a list gives."""
        return [record["id"] for record in self.get(path, **query).json()["data"]]

    @property
    def _client(self) -> Client:
        return Client(headers={"Authorization": f"Bearer {self.key}"}, raise_request_exception=False)

    def _write(self, verb: str, path: str, body: Any, word: str, headers: dict[str, str]) -> HttpResponse:
        text = body if isinstance(body, bytes) else json.dumps(body) if body is not None else b""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Idempotency-Key": word} if word else {}
        return self._client.generic(verb, self._address(path), text, "application/json", headers=sent)

    def _address(self, path: str) -> str:
        return path if path.startswith("/") else BASE + path


def make_caller(operator: Operator | None = None, scopes: Iterable[str] = SCOPES) -> Caller:
    """A caller with a new key of an operator, a new one if none is named."""
    own = operator or make_operator()
    return Caller(own, make_rest_key(operator=own, scopes=scopes))


@pytest.fixture
def caller() -> Caller:
    return make_caller()


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    rates.__init__()

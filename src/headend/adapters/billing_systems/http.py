"""Another billing system behind a web address: a JSON question, signed, and a JSON answer within a time.

The question has `hook`, `id`, `asked_at` (epoch seconds) and what it is about. The header X-Headend-Signature is
"t=<asked_at>,v1=<HMAC-SHA256 of "<t>.<body>", hexadecimal>". The answer is an object: what was asked for, or `error` (a
word) and `message`. No redirect is followed, for it would carry the facts elsewhere.
"""

import hmac
import json
import time
from collections.abc import Mapping
from ipaddress import ip_network
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from headend import __version__
from headend.adapters.fetching.addresses import PublicTransport
from headend.billing.errors import BillingLacks, BillingRefused, BillingSilent
from headend.billing.ports import BillingSystemConfig, Facts, Hook
from headend.kernel.errors import HeadendError, Invalid

LARGEST_ANSWER = 8 * 1024  # of which many are kept
LARGEST_LIST = 256 * 1024
SIGNATURE = "X-Headend-Signature"
UNSUPPORTED = "unsupported"
LONGEST_WORD = 60


class HttpBillingSystem:
    """Asks the operator's address."""

    def __init__(self, config: BillingSystemConfig) -> None:
        parts = urlsplit(config.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid("an http(s) address is needed", "url")
        if not config.secret:
            raise Invalid("questions are signed, which needs a secret", "secret")
        self._config = config
        self._networks = [ip_network(network) for network in config.networks]

    def ask(self, hook: Hook, about: Facts) -> Facts:
        now = int(time.time())
        body = json.dumps({"hook": hook.value, "id": uuid4().hex, "asked_at": now, **about}).encode()
        try:
            status, answer = self._post(body, now, LARGEST_LIST if hook is Hook.PAYMENTS else LARGEST_ANSWER)
            told = json.loads(answer)
        except (httpx.HTTPError, httpx.InvalidURL, HeadendError, ValueError, RecursionError) as error:
            raise BillingSilent(f"the other billing system gives no answer ({type(error).__name__})") from error
        if not isinstance(told, Mapping) or status >= 500:
            raise BillingSilent(f"the other billing system answers {status}")
        return _answer(status, told)

    def _post(self, body: bytes, now: int, largest: int) -> tuple[int, bytes]:
        headers = {
            "content-type": "application/json",
            "user-agent": f"headend/{__version__}",
            SIGNATURE: f"t={now},v1={signature(body, now, self._config.secret)}",
        }
        until = time.monotonic() + self._config.seconds
        with (
            httpx.Client(transport=PublicTransport(self._networks), timeout=self._config.seconds) as client,
            client.stream("POST", self._config.url, content=body, headers=headers) as answer,
        ):
            found = bytearray()
            for part in answer.iter_bytes():
                found += part
                if len(found) > largest or time.monotonic() > until:
                    raise BillingSilent("the answer is too long, or takes too long")
            return answer.status_code, bytes(found)


def _answer(status: int, told: Facts) -> Facts:
    word = str(told.get("error") or "")[:LONGEST_WORD]
    if word == UNSUPPORTED:
        raise BillingLacks("the other billing system cannot be asked this")
    if word:
        raise BillingRefused(word, str(told.get("message") or "")[:500])
    if status != httpx.codes.OK:
        raise BillingSilent(f"the other billing system answers {status}")
    return told


def signature(body: bytes, at: int, secret: str) -> str:
    """What proves a question."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()

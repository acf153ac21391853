"""SMS through a gateway that is asked over HTTP, as most are: parameters in the address, in a form or in JSON.

Needs `url`; `fields` are the parameters and `headers` the headers, whose values are filled with VARIABLES ($$ is a
dollar sign). They are templates of texts, never code, and each value is encoded as a whole: a text cannot break out of
its parameter. It is sent when the gateway answers 2xx and, where `expects` says so,
the answer holds these words. No redirect is followed, for it would carry the secret elsewhere.
"""

import re
import time
from collections.abc import Mapping
from ipaddress import ip_network
from string import Template
from typing import Any
from urllib.parse import urlsplit

import httpx

from headend import __version__
from headend.adapters.fetching.addresses import PublicTransport
from headend.kernel.errors import HeadendError, Invalid
from headend.subscribers.errors import NotSent
from headend.subscribers.ports import Text, TextSenderConfig

SECONDS = 10  # of silence
LARGEST_ANSWER = 64 * 1024
VARIABLES = ("to", "digits", "text", "subject", "sender", "user", "secret")
"""`digits` are those of the phone, without its "+"."""
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")


class HttpGateway:
    """Hands texts to a gateway."""

    def __init__(self, config: TextSenderConfig) -> None:
        parts = urlsplit(config.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid("an http(s) address is needed", "url")
        if config.sends_as not in ("query", "form", "json"):
            raise Invalid("it is sent as query, form or json", "sends_as")
        self._config = config
        self._fields = _templates(config.fields, "fields")
        self._headers = _templates(config.headers, "headers")
        if any(not _HEADER.fullmatch(name) for name in self._headers):
            raise Invalid("a header's name has letters, figures and dashes", "headers")
        if not any("text" in template.get_identifiers() for template in self._fields.values()):
            raise Invalid("one of the parameters has to be $text", "fields")
        self._networks = [ip_network(network) for network in config.networks]

    def send(self, text: Text) -> None:
        try:
            transport = PublicTransport(self._networks)
            with (
                httpx.Client(transport=transport, timeout=SECONDS) as client,
                client.stream(**self._request(text)) as answer,
            ):
                body = _head_of(answer)
        except (httpx.HTTPError, httpx.InvalidURL, HeadendError, ValueError) as error:
            raise NotSent(f"the gateway cannot be asked ({type(error).__name__})") from error
        if not answer.is_success:
            raise NotSent(f"the gateway answers {answer.status_code}")
        if self._config.expects not in body:
            raise NotSent("the gateway's answer does not hold what it should")

    def _request(self, text: Text) -> dict[str, Any]:
        values = self._values(text)
        fields = {name: template.substitute(values) for name, template in self._fields.items()}
        headers = {name: template.substitute(values) for name, template in self._headers.items()}
        sent = {"query": "params", "form": "data", "json": "json"}[self._config.sends_as]
        return {
            "method": "GET" if sent == "params" else "POST",
            "url": self._config.url,
            "headers": {"user-agent": f"headend/{__version__}"} | headers,
            sent: fields,
        }

    def _values(self, text: Text) -> Mapping[str, str]:
        return {
            "to": text.to,
            "digits": text.to.removeprefix("+"),
            "text": text.body,
            "subject": text.subject,
            "sender": self._config.sender,
            "user": self._config.username,
            "secret": self._config.secret,
        }


def _templates(texts: Mapping[str, str], place: str) -> dict[str, Template]:
    templates = {str(name): Template(str(text)) for name, text in texts.items()}
    for name, template in templates.items():
        unknown = [each for each in template.get_identifiers() if each not in VARIABLES]
        if unknown or not template.is_valid():
            known = " ".join(f"${each}" for each in VARIABLES)
            raise Invalid(f"{name}: there are {known}; write $$ for a dollar sign", place)
    return templates


def _head_of(answer: httpx.Response) -> str:
    body, deadline = b"", time.monotonic() + SECONDS
    for part in answer.iter_bytes():
        body += part
        if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
            break
    return body[:LARGEST_ANSWER].decode("utf-8", "replace")


def http_gateway(config: TextSenderConfig) -> HttpGateway:
    """Make a sender of SMS; raises Invalid."""
    return HttpGateway(config)

"""Signatures over the fields of a form, in the ways in which payment gateways make them.

What is signed are the values of some fields, in the order in which they are named, with a joiner between; or all fields
by name ("*"), or the body as it came ("body"). The secret is an HMAC's key, or stands after or before what is hashed.
Gateways older than HMAC ask for MD5; whoever may choose takes an HMAC with SHA-256.
"""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DIGESTS = ("sha256", "sha512", "sha1", "md5")
WAYS = ("hmac", "append", "prepend")
ENCODINGS = ("hex", "base64")
ALL, BODY = "*", "body"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a gateway signs; see the module."""

    signed: Sequence[str]
    digest: str = "sha256"
    way: str = "hmac"
    encoding: str = "hex"
    joiner: str = ""

    def covers(self, name: str) -> bool:
        """Whether nobody can change this field without the secret."""
        return name in self.signed or self.signed[0] in (ALL, BODY)

    def text_of(self, fields: Mapping[str, str], body: bytes, without: str) -> bytes:
        """What is signed; `without` is the field that has the signature itself."""
        if self.signed[0] == BODY:
            return body
        names = sorted(name for name in fields if name != without) if self.signed[0] == ALL else self.signed
        return self.joiner.join(fields.get(name, "") for name in names).encode()

    def sign(self, text: bytes, secret: str) -> str:
        """The signature of a text."""
        made = self._digest(text, secret.encode())
        return b64encode(made).decode() if self.encoding == "base64" else made.hex()

    def _digest(self, text: bytes, secret: bytes) -> bytes:
        if self.way == "hmac":
            return hmac.new(secret, text, self.digest).digest()
        whole = text + secret if self.way == "append" else secret + text
        return hashlib.new(self.digest, whole, usedforsecurity=False).digest()

    def is_right(self, given: str, text: bytes, secret: str) -> bool:
        """Whether a signature is the one of a text; hexadecimal ones in small or capital letters."""
        if self.encoding == "hex":
            given = given.lower()
        return hmac.compare_digest(given.encode(), self.sign(text, secret).encode())

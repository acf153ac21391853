"""The MD5 signature of calls that change things on an operator's behalf (reference: smarty.md, section 0.4).

It is no protection worth the name today, but what installed billing systems send; use it over TLS only.
"""

import base64
import hmac
from hashlib import md5
from typing import Any

from headend.interfaces.wire.parameters import Values


def signature_of(values: Values, key: str, before: str = "") -> str:
    """Sign parameters with a key: pairs in order, `name:value;` each, the key, base64, MD5 in lower-case hex.

    `before` is signed as if it were a parameter named signature; one of that name never is.
    """
    signed = {**values, "signature": [before] if before else []}
    pairs = sorted((name, _text(each)) for name, given in signed.items() for each in given)
    text = "".join(f"{name}:{value};" for name, value in pairs) + key
    return md5(base64.b64encode(text.encode()), usedforsecurity=False).hexdigest()


def is_signed(values: Values, signature: str, key: str, before: str = "") -> bool:
    """Say whether a signature fits. Shipped clients differ in what they sign of a list: its name with or without "[]",
    its entries one by one or, from JSON, as one text. One of them signs, of several messages, along with each the
    signature of the one `before`.
    """
    bare = {name.removesuffix("[]"): given for name, given in values.items()}
    apart = {name: [entry for value in given for entry in _entries(value)] for name, given in bare.items()}
    fitting = (signature_of(each, key, old) for old in dict.fromkeys(("", before)) for each in (values, bare, apart))
    return any(hmac.compare_digest(each.encode(), signature.lower().encode()) for each in fitting)


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)

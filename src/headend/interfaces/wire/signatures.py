"""The MD5 signature of calls that change things on an operator's behalf (reference: smarty.md, section 0.4).

It is no protection worth the name today, but what installed billing systems send; use it over TLS only.
"""

import base64
import hmac
from hashlib import md5
from typing import Any

from headend.interfaces.wire.parameters import Values


def signature_of(values: Values, key: str) -> str:
    """Sign parameters with a key: pairs in order, `name:value;` each, the key, base64, MD5 in lower-case hex."""
    pairs = sorted((name, _text(each)) for name, given in values.items() if name != "signature" for each in given)
    text = "".join(f"{name}:{value};" for name, value in pairs) + key
    return md5(base64.b64encode(text.encode()), usedforsecurity=False).hexdigest()


def is_signed(values: Values, signature: str, key: str) -> bool:
    """Say whether a signature fits. Shipped clients differ in what they sign of a list: its name with or without "[]",
    its entries one by one or, from JSON, as one text."""
    bare = {name.removesuffix("[]"): given for name, given in values.items()}
    apart = {name: [entry for value in given for entry in _entries(value)] for name, given in bare.items()}
    given = signature.lower().encode()
    return any(hmac.compare_digest(signature_of(each, key).encode(), given) for each in (values, bare, apart))


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)

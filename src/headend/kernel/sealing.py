"""Secrets that must be read again (signing keys, PINs) are stored sealed: encrypted and authenticated (Fernet)."""

from cryptography.fernet import Fernet, InvalidToken

from headend.kernel.errors import HeadendError


class BadSeal(HeadendError):
    """The sealed text was made with another key or was changed."""

    code = "bad_seal"


def new_key() -> str:
    """Make a sealing key: 32 random bytes, base64url."""
    return Fernet.generate_key().decode()


def seal(secret: str, key: str) -> str:
    """Seal a secret; an empty secret stays empty."""
    return Fernet(key).encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str, key: str) -> str:
    """Give back what `seal` took, or raise BadSeal."""
    if not sealed:
        return ""
    try:
        return Fernet(key).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise BadSeal("the secret was sealed with another key") from error

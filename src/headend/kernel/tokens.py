"""Random secrets that are stored only as digests."""

import hashlib
import secrets

TOKEN_BYTES = 24  # 192 bits: a plain digest is enough, no slow hash is needed


def new_token() -> str:
    """Make an unguessable URL-safe token of 32 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_figures(number: int) -> str:
    """Make a password or code of so many figures: remote controls have nothing else."""
    return "".join(secrets.choice("0123456789") for _ in range(number))


def digest_of(token: str) -> str:
    """Give the SHA-256 of a token in hex, the only form in which we store it."""
    return hashlib.sha256(token.encode()).hexdigest()

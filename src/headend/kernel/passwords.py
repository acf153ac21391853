"""Passwords of accounts: argon2id, with the unsalted SHA-512 of migrated systems accepted until next login."""

import hashlib
import hmac
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for argon2id: about 50 logins a second and core, so a storm of devices can come back.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_LEGACY = "sha512$"


def hash_password(password: str) -> str:
    """Hash a password with argon2id into the PHC string format."""
    return _HASHER.hash(password)


def hash_many(passwords: Iterable[str]) -> list[str]:
    """Hash many passwords, in their order, on all processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(hash_password, passwords))


def verify_many(pairs: Iterable[tuple[str, str]]) -> list[bool]:
    """Verify many passwords, each with its stored hash, on all processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda pair: verify_password(*pair), pairs))


def legacy_hash(sha512_hex: str) -> str:
    """Mark an unsalted SHA-512 hex digest, taken over from another system, as such."""
    return _LEGACY + sha512_hex.lower()


def verify_password(password: str, stored: str) -> bool:
    """Say whether `password` is the one `stored` was made from; an unusable hash says no."""
    if stored.startswith(_LEGACY):
        given = hashlib.sha512(password.encode()).hexdigest()
        return hmac.compare_digest(given, stored[len(_LEGACY) :])
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Say whether a stored hash is weaker than what `hash_password` makes today."""
    return stored.startswith(_LEGACY) or _HASHER.check_needs_rehash(stored)

"""Passwords of accounts: argon2id, with the weaker hashes of migrated systems accepted until the next login."""

import hashlib
import hmac
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for argon2id: about 50 logins a second and core, so a storm of devices can come back.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SHA512, _MD5 = "sha512$", "md5$"


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
    return _SHA512 + sha512_hex.lower()


def legacy_md5_hash(md5_hex: str, user_id: str, login: str) -> str:
    """Mark a Stalker portal's digest as such: MD5 of the hex MD5 of the password before the user's number, or behind
    the hex MD5 of the login."""
    return f"{_MD5}{_md5(login)}${user_id}${md5_hex.lower()}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()  # what the old system stored


def _verify_md5(password: str, stored: str) -> bool:
    login, user_id, digest = stored[len(_MD5) :].split("$", 2)
    inner = _md5(password)
    fits = [hmac.compare_digest(_md5(text), digest) for text in (inner + user_id, login + inner)]
    return any(fits)


def verify_password(password: str, stored: str) -> bool:
    """Say whether `password` is the one `stored` was made from; an unusable hash says no."""
    if stored.startswith(_SHA512):
        given = hashlib.sha512(password.encode()).hexdigest()
        return hmac.compare_digest(given, stored[len(_SHA512) :])
    if stored.startswith(_MD5):
        return _verify_md5(password, stored)
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Say whether a stored hash is weaker than what `hash_password` makes today."""
    return stored.startswith((_SHA512, _MD5)) or _HASHER.check_needs_rehash(stored)

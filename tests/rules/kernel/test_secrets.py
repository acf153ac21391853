"""Passwords, tokens and sealed secrets."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headend.kernel.passwords import hash_password, legacy_hash, needs_rehash, verify_password
from headend.kernel.sealing import BadSeal, new_key, seal, unseal
from headend.kernel.tokens import digest_of, new_token


def test_a_password_is_stored_as_argon2id_with_the_stated_cost():
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password("correct horse", stored)
    assert not verify_password("correct horsf", stored)
    assert not needs_rehash(stored)


def test_a_migrated_password_is_accepted_and_asks_to_be_rehashed():
    stored = legacy_hash(hashlib.sha512(b"1234").hexdigest().upper())
    assert verify_password("1234", stored)
    assert not verify_password("12345", stored)
    assert needs_rehash(stored)


@pytest.mark.parametrize("stored", ["", "!", "sha512$", "$argon2id$nonsense", "pbkdf2_sha256$1$a$b"])
def test_an_unusable_hash_refuses_everybody(stored):
    assert not verify_password("", stored)
    assert not verify_password("x", stored)


def test_tokens_are_long_and_only_their_digest_is_stored():
    token = new_token()
    assert len(token) == 32
    assert token != new_token()
    assert digest_of(token) == hashlib.sha256(token.encode()).hexdigest()


@given(st.text())
@settings(max_examples=50)
def test_what_is_sealed_comes_back_and_the_seal_hides_it(secret):
    key = new_key()
    sealed = seal(secret, key)
    assert unseal(sealed, key) == secret
    assert bool(sealed) == bool(secret)


def test_another_key_or_a_changed_seal_is_refused():
    key = new_key()
    sealed = seal("1234", key)
    with pytest.raises(BadSeal):
        unseal(sealed, new_key())
    with pytest.raises(BadSeal):
        unseal(sealed[:-4] + "AAAA", key)

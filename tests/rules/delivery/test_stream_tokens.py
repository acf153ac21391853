"""Stream tokens: what opens a stream, and what does not."""

import hashlib
import hmac
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.delivery.errors import (
    TokenExpired,
    TokenForAnotherAddress,
    TokenForAnotherStream,
    TokenForged,
    TokenMalformed,
    TokenRefused,
)
from headend.delivery.rules import StreamToken, TokenKey, expiry, sign_stream_token, verify_stream_token
from headend.kernel.errors import Invalid

KEY = TokenKey("a secret of the server")
TOKEN = StreamToken("12", 7, "device-1", 1_790_003_600)
NOW = 1_790_000_000
SIGNED = "AWqxSZAAAAAAAAAABzEyAGRldmljZS0xAHQPUQ7JCOOZ4EpP7BjEze8"


def test_a_token_reads_as_it_was_signed():
    assert sign_stream_token(TOKEN, KEY) == SIGNED
    assert verify_stream_token(SIGNED, KEY, stream_id="12", now=NOW) == TOKEN


@given(st.binary(max_size=200), st.text(min_size=1, max_size=200))
def test_the_prepared_key_gives_hmac_sha256(body, secret):
    assert TokenKey(secret).signature(body) == hmac.digest(secret.encode(), body, hashlib.sha256)[:16]


@given(
    st.builds(
        StreamToken,
        stream_id=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        account_id=st.integers(0, 2**64 - 1),
        session=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200),
        expires_at=st.integers(1, 2**32 - 1),
        address=st.ip_addresses().map(str),
    )
)
def test_any_token_comes_back_and_is_fit_for_a_path(token):
    text = sign_stream_token(token, KEY)
    assert text.replace("-", "a").replace("_", "a").isalnum()
    assert text.isascii()
    asked = {"stream_id": token.stream_id, "now": token.expires_at - 1, "address": token.address}
    assert verify_stream_token(text, KEY, **asked) == token


@pytest.mark.parametrize(
    ("refusal", "asked"),
    [
        (TokenExpired, {"stream_id": "12", "now": 1_790_003_600}),
        (TokenForAnotherStream, {"stream_id": "13", "now": NOW}),
        (TokenForAnotherStream, {"stream_id": "", "now": NOW}),
    ],
)
def test_a_token_opens_one_stream_until_it_expires(refusal, asked):
    with pytest.raises(refusal):
        verify_stream_token(SIGNED, KEY, **asked)


def test_a_token_bound_to_an_address_opens_nothing_from_another():
    text = sign_stream_token(TOKEN._replace(address="10.0.0.1"), KEY)
    assert verify_stream_token(text, KEY, stream_id="12", now=NOW, address="10.0.0.1").address == "10.0.0.1"
    for address in ("10.0.0.2", ""):
        with pytest.raises(TokenForAnotherAddress):
            verify_stream_token(text, KEY, stream_id="12", now=NOW, address=address)


def test_another_secret_is_a_forgery():
    with pytest.raises(TokenForged):
        verify_stream_token(SIGNED, TokenKey("another secret"), stream_id="12", now=NOW)


@given(st.integers(0, len(SIGNED) - 2), st.sampled_from("ABCabc019-_"))
def test_a_changed_token_is_a_forgery(place, letter):
    changed = SIGNED[:place] + letter + SIGNED[place + 1 :]
    if urlsafe_b64decode(changed + "=") == urlsafe_b64decode(SIGNED + "="):
        return
    with pytest.raises(TokenForged):
        verify_stream_token(changed, KEY, stream_id="12", now=NOW)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{30,100}", fullmatch=True))
def test_any_other_text_is_refused(text):
    with pytest.raises(TokenRefused):
        verify_stream_token(text, KEY, stream_id="12", now=NOW)


@pytest.mark.parametrize(
    "text", ["", "A" * 39, "A" * 1401, "A" * 41, SIGNED + "\n", SIGNED + "=", SIGNED.replace("A", "+")]
)
def test_what_is_no_token_is_malformed(text):
    with pytest.raises(TokenMalformed):
        verify_stream_token(text, KEY, stream_id="12", now=NOW)


@pytest.mark.parametrize(
    "change", [{"session": "a\0b"}, {"expires_at": 2**32}, {"account_id": -1}, {"account_id": 2**64}]
)
def test_what_does_not_fit_into_a_token_is_refused_at_signing(change):
    with pytest.raises(Invalid):
        sign_stream_token(TOKEN._replace(**change), KEY)


def test_an_empty_secret_signs_nothing():
    with pytest.raises(Invalid):
        TokenKey("")


@given(st.integers(0, 2**31), st.integers(1, 10**7))
def test_an_address_is_good_for_its_lifetime_and_at_most_a_tenth_longer(now, ttl):
    until = expiry(now, ttl)
    assert ttl <= until - now <= ttl + max(1, ttl // 10)


def test_addresses_made_within_a_tenth_of_the_lifetime_are_the_same():
    tenth = range(1_790_000_281, 1_790_000_641)
    assert {expiry(now, 3600) for now in tenth} == {1_790_004_240}

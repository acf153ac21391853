"""Bodies that differ in the token alone: plain and compressed they say the same, for every token."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headend.hotpath.gate.packing import MARK, TOKEN_LENGTH, Body, Chunk, Part, chain, gzip_of_parts
from headend.kernel.tokens import new_token

TOKENS = [b"a" * TOKEN_LENGTH, b"0123456789abcdef" * 2, new_token().encode()]


def body_of(*texts: str) -> Body:
    return Body(Chunk(text.encode()) for text in texts)


def rows(count: int, first: int = 0) -> str:
    """Text as channel lists have it: much is repeated, and each row has the token."""
    numbers = range(first, first + count)
    return ",".join(f'{{"id":{n},"name":"Канал {n * n}","url":"http://h/?cid={n}&authkey={MARK}"}}' for n in numbers)


@pytest.mark.parametrize("token", TOKENS, ids=["one letter", "repeating", "random"])
@pytest.mark.parametrize(
    "texts",
    [(), ("",), ("no token",), (MARK,), (MARK * 3,), (f"a{MARK}", f"{MARK}b"), (rows(3),), ("[", rows(300), "]")],
    ids=["none", "empty", "plain", "only token", "tokens", "at the seam", "few", "long"],
)
def test_plain_and_compressed_say_the_same(texts: tuple[str, ...], token: bytes) -> None:
    body = body_of(*texts)
    expected = "".join(texts).replace(MARK, token.decode()).encode()
    assert body.plain(token).whole() == expected
    assert body.size == len(expected)
    assert body.packed_size == len(body.gzip(token).whole())
    assert body.plain(token).whole(b"before") == b"before" + expected
    assert gzip.decompress(body.gzip(token).whole()) == expected


_texts = st.lists(st.one_of(st.text(max_size=200), st.just(MARK)), max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(_texts, max_size=5), st.from_regex(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}", fullmatch=True))
def test_any_text_and_any_token(texts: list[str], token: str) -> None:
    expected = "".join(texts).replace(MARK, token).encode("utf-8", "surrogatepass")
    body = Body(Chunk(text.encode("utf-8", "surrogatepass")) for text in texts)
    assert body.plain(token.encode()).whole() == expected
    assert gzip.decompress(body.gzip(token.encode()).whole()) == expected


def test_tokens_cost_next_to_nothing() -> None:
    """Each token after the first of a chunk is a copy: five bytes at most."""
    without = len(Chunk(rows(200).replace(MARK, "").encode()).packed[0])
    packed = Chunk(rows(200).encode()).packed
    assert len(packed) == 2
    assert sum(map(len, packed)) < without + 200 * 5


def test_where_copies_cannot_be_trusted_each_token_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chunk, "_gives", lambda self, packed: False)
    body = body_of("[", rows(50), "]")
    token = TOKENS[2]
    assert gzip.decompress(body.gzip(token).whole()) == body.plain(token).whole()


def test_text_that_looks_like_what_the_compressor_sees() -> None:
    """The compressor sees a placeholder instead of a token; a text that has the same bytes must stay as it is."""
    chunk = Chunk(f"x{MARK}y".encode() + bytes(range(256)) * 3 + f"x{MARK}y".encode())
    token = TOKENS[2]
    assert zlib.decompressobj(-15).decompress(token.join(chunk.packed)) == token.join(chunk.parts)


def test_chaining_parts() -> None:
    assert chain([]) == [b""]
    assert chain([(b"a", b"b"), (b"c",), (b"d", b"e")]) == [b"a", b"bcd", b"e"]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=500), max_size=6))
def test_parts_without_tokens(texts: list[bytes]) -> None:
    parts = [Part.of(text) for text in texts]
    assert gzip.decompress(gzip_of_parts(parts)) == b"".join(texts)
    assert [part.text() for part in parts] == texts

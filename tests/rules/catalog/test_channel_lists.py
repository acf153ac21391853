"""Which entry of a channel list is which channel, and what of it changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.catalog.rules import (
    PARTS,
    SHIFT,
    EntryDraft,
    ImportKey,
    changed_parts,
    fit_entry,
    import_key,
    pair_entries,
    read_import_key,
    shift_of,
    with_shift,
)

ONE = EntryDraft(1, "One", "http://a/1", guide_id="one.example")
TWO = EntryDraft(2, "Two", "http://a/2", guide_id="two.example")
TWIN = EntryDraft(3, "Two", "http://a/3", guide_id="two.example")


def pair(known: list[EntryDraft], now: list[EntryDraft]) -> dict[int, int]:
    """Pair entries with known ones, which are channels 100, 101, ..."""
    keys = {100 + place: import_key(entry) for place, entry in enumerate(known)}
    return pair_entries(keys, [import_key(entry) for entry in now])


@pytest.mark.parametrize(
    ("known", "now", "pairs"),
    [
        ([ONE, TWO], [ONE, TWO], {0: 100, 1: 101}),
        ([ONE, TWO], [TWO, ONE], {0: 101, 1: 100}),
        ([ONE], [replace(ONE, url="http://b/1")], {0: 100}),
        ([ONE], [replace(ONE, name="One HD")], {0: 100}),
        ([ONE], [replace(ONE, guide_id="")], {0: 100}),
        ([ONE], [replace(ONE, name="One HD", url="http://b/1")], {0: 100}),
        ([ONE], [replace(ONE, guide_id="1", url="http://b/1")], {0: 100}),
        ([ONE], [replace(ONE, guide_id="1", name="One HD")], {0: 100}),
        ([ONE], [EntryDraft(1, "New", "http://b/9", guide_id="new")], {}),
        ([ONE], [TWO, ONE], {1: 100}),
        ([TWO, TWIN], [replace(TWO, url="http://b/2"), TWIN], {0: 100, 1: 101}),
        ([ONE, ONE], [ONE, ONE, ONE], {0: 100, 1: 101}),
        ([ONE, ONE], [ONE], {0: 100}),
        # The addresses changed places: who is who is said by id and name.
        ([ONE, TWO], [replace(ONE, url=TWO.url), replace(TWO, url=ONE.url)], {0: 100, 1: 101}),
        # Two share an id, both are new in all else: nobody can say which is which.
        ([TWO, TWIN], [replace(TWO, name="A", url="x"), replace(TWO, name="B", url="y")], {}),
        ([EntryDraft(1, "", "", guide_id="")], [EntryDraft(1, "", "")], {}),
    ],
)
def test_entries_are_found_again(known: list[EntryDraft], now: list[EntryDraft], pairs: dict[int, int]) -> None:
    assert pair(known, now) == pairs


def test_what_changed_is_named() -> None:
    after = replace(
        ONE,
        url="http://b/1",
        number=7,
        logo="l",
        groups=("g",),
        catchup={"mode": "shift"},
        headers={"A": "b"},
        is_radio=True,
        is_adult=True,
        shift_minutes=60,
    )
    assert changed_parts(import_key(ONE), import_key(ONE)) == frozenset()
    assert changed_parts(import_key(ONE), import_key(after)) == frozenset(PARTS) - {"guide_id", "name"}
    assert changed_parts(import_key(ONE), import_key(replace(ONE, line=99))) == frozenset()


def test_the_order_of_attributes_means_nothing() -> None:
    entry = replace(ONE, catchup={"a": "1", "b": "2"}, headers={"x": "1", "y": "2"}, properties={"k": "1", "l": "2"})
    turned = replace(ONE, catchup={"b": "2", "a": "1"}, headers={"y": "2", "x": "1"}, properties={"l": "2", "k": "1"})
    assert import_key(entry) == import_key(turned)


def test_a_key_is_kept_as_text() -> None:
    key = import_key(ONE)
    assert str(key) == "+" + ".".join(key.digests)
    assert key.digests[3:] == ("",) * 8
    assert [len(digest) for digest in key.digests[:3]] == [12, 12, 12]
    assert read_import_key(str(key)) == key
    assert read_import_key(str(ImportKey(key.digests, is_gone=True))) == ImportKey(key.digests, is_gone=True)
    assert [read_import_key(text) for text in ("", "+", "key", "?a.b.c.d.e.f.g.h.i.j.k", "+a.b")] == [None] * 5


def test_a_key_from_before_shifts_were_compared_differs_only_in_a_shift() -> None:
    old = str(import_key(replace(ONE, is_radio=True))).removesuffix(".")
    assert old.count(".") == len(PARTS) - 2
    known = read_import_key(old)
    assert known is not None
    assert changed_parts(known, import_key(replace(ONE, is_radio=True))) == frozenset()
    assert changed_parts(known, import_key(replace(ONE, is_radio=True, shift_minutes=60))) == {"shift"}


@pytest.mark.parametrize(
    ("meta", "minutes"),
    [
        ({"list": {SHIFT: -90}}, -90),
        ({"list": {SHIFT: 24 * 60 + 1}}, 0),
        ({"list": {SHIFT: "60"}}, 0),
        ({"list": {SHIFT: True}}, 0),
        ({"list": {SHIFT: 1e9}}, 0),
        ({"list": [SHIFT]}, 0),
        ({SHIFT: 60}, 0),
        (["odd"], 0),
        (None, 0),
    ],
)
def test_a_shift_is_read_from_whatever_the_extra_data_is(meta: object, minutes: int) -> None:
    assert shift_of(meta) == minutes


@pytest.mark.parametrize(
    ("before", "minutes", "after"),
    [
        ({}, 60, {"list": {SHIFT: 60}}),
        ({"mine": 1, "list": {"radio": True}}, -30, {"mine": 1, "list": {"radio": True, SHIFT: -30}}),
        ({"mine": 1, "list": {SHIFT: 60}}, 0, {"mine": 1}),
        ({"list": "odd"}, 60, {"list": {SHIFT: 60}}),
        (["odd"], 0, {}),
    ],
)
def test_a_shift_is_put_beside_what_else_there_is(before: object, minutes: int, after: object) -> None:
    assert with_shift(before, minutes) == after


ENTRIES = st.builds(
    EntryDraft,
    line=st.just(1),
    name=st.text(max_size=3),
    url=st.text(max_size=2),
    guide_id=st.text(max_size=2),
    number=st.none() | st.integers(1, 3),
    groups=st.lists(st.text(max_size=2), max_size=2).map(tuple),
)


@given(st.lists(ENTRIES, max_size=12), st.lists(ENTRIES, max_size=12))
def test_pairing_is_one_to_one(known: list[EntryDraft], now: list[EntryDraft]) -> None:
    pairs = pair(known, now)
    assert len(set(pairs.values())) == len(pairs) <= min(len(known), len(now))
    assert all(len(str(import_key(entry))) <= 200 for entry in known)


@given(st.lists(ENTRIES.filter(lambda entry: entry.name), max_size=12))
def test_the_same_list_again_is_the_same_channels(entries: list[EntryDraft]) -> None:
    assert pair(entries, entries).keys() == set(range(len(entries)))
    keys = [import_key(entry) for entry in entries]
    pairs = pair(entries, entries)
    assert all(not changed_parts(keys[pairs[place] - 100], keys[place]) for place in pairs)


def test_an_entry_is_cut_to_what_a_channel_holds() -> None:
    entry = replace(ONE, name="n" * 201, guide_id="i" * 201, url="u" * 2001, logo="l" * 1001, groups=("g" * 201, "a"))
    fitted, remarks = fit_entry(entry)
    assert fitted == replace(ONE, name="n" * 200, guide_id="", url="", logo="", groups=("g" * 200, "a"))
    assert remarks == [
        "the name is cut to 200 characters",
        "the guide id is longer than 200 characters and left out",
        "the url is longer than 2000 characters and left out",
        "the logo is longer than 1000 characters and left out",
        "groups are cut",
    ]
    assert fit_entry(ONE) == (ONE, [])

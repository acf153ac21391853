"""What ribbons and selections may say of themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.errors import Invalid
from headend.portal.rules import (
    ATTRIBUTES,
    RULES,
    ItemKind,
    MenuEntry,
    Order,
    RibbonType,
    check_application,
    check_deep_link,
    check_link,
    deep_link,
    plain,
    read_attributes,
    read_rule,
)

NEEDED = {
    RibbonType.MAIN_MENU: {"menu": ["archive", "tvchannels"]},
    RibbonType.SELECTION: {"selection": 4},
    RibbonType.SLIDER: {"slides": [{"image_url": "/media/a.png", "deep_link": "app://x"}]},
}


@pytest.mark.parametrize("kind", RibbonType)
def test_each_type_says_what_it_has_and_nothing_else(kind: RibbonType) -> None:
    found = read_attributes(kind, NEEDED.get(kind, {}))
    assert plain(found) == NEEDED.get(kind, {})
    foreign = next(name for each in RibbonType for name in ATTRIBUTES[each] if name not in ATTRIBUTES[kind])
    with pytest.raises(Invalid, match="no such attribute") as told:
        read_attributes(kind, {**NEEDED.get(kind, {}), foreign: plain_value(foreign)})
    assert told.value.place == foreign


def plain_value(name: str) -> object:
    values = {"all_genres": True, "slides": [], "menu": [], "display": "big", "selection": 1, "provider": 1}
    lists = ("channels", "programmes", "titles", "genres")
    return values.get(name, [1] if name in lists else 1)


def test_a_menu_keeps_its_order() -> None:
    found = read_attributes(RibbonType.MAIN_MENU, {"menu": ["radio", "archive"]})
    assert found.menu == (MenuEntry.RADIO, MenuEntry.ARCHIVE)


@pytest.mark.parametrize(
    ("kind", "said", "place"),
    [
        (RibbonType.SLIDER, {"slides": [{"image_url": "/a"}, {"image_url": "javascript:x"}]}, "slides.1.image_url"),
        (RibbonType.SLIDER, {"slides": [{"deep_link": "x"}]}, "slides.0"),
        (RibbonType.SLIDER, {}, "slides"),
        (RibbonType.SELECTION, {}, "selection"),
        (RibbonType.SELECTION, {"selection": 0}, "selection"),
        (RibbonType.MAIN_MENU, {"menu": ["games"]}, "menu.0"),
        (RibbonType.CHANNELS, {"channels": ["1"]}, "channels.0"),
        (RibbonType.CHANNELS, {"channels": [True]}, "channels.0"),
        (RibbonType.CHANNELS, {"channels": list(range(1, 502))}, "channels"),
        (RibbonType.CHANNELS, {"display": "two words"}, "display"),
        (RibbonType.TITLES, {"year_from": 2020, "year_to": 1999}, "year_to"),
        (RibbonType.TITLES, {"imdb_from": 11}, "imdb_from"),
        (RibbonType.TITLES, [], ""),
        (99, {}, "type"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(kind: int, said: object, place: str) -> None:
    with pytest.raises(Invalid) as told:
        read_attributes(kind, said)
    assert told.value.place == place


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*ATTRIBUTES[RibbonType.TITLES]]), inner)
    ),
    max_leaves=10,
)


@given(st.sampled_from([*RibbonType]), JSON)
def test_whatever_it_is_it_is_read_or_refused(kind: RibbonType, said: object) -> None:
    try:
        found = read_attributes(kind, said)
    except Invalid:
        return
    assert read_attributes(kind, plain(found)) == found


def test_rules_find_what_their_kind_has() -> None:
    assert read_rule(ItemKind.CHANNEL, {"order": "newest", "most": 5}).order is Order.NEWEST
    assert read_rule(ItemKind.PROGRAMME, {}).days_ahead == 7
    with pytest.raises(Invalid) as told:
        read_rule(ItemKind.CHANNEL, {"days_back": 3})
    assert told.value.place == "days_back"


@pytest.mark.parametrize("kind", [kind for kind in ItemKind if kind not in RULES])
def test_other_kinds_are_chosen_by_hand(kind: ItemKind) -> None:
    with pytest.raises(Invalid, match="by hand"):
        read_rule(kind, {})


@pytest.mark.parametrize(
    "address", ["ftp://a/b", "javascript:alert(1)", "//evil.example/a", "a", "", "http:///x", "http://[::1"]
)
def test_addresses_are_of_the_web_or_our_own(address: str) -> None:
    with pytest.raises(Invalid):
        check_link(address, "url")
    check_link("https://a.example/x?y", "url")
    check_link("/media/x.png", "url")


@pytest.mark.parametrize(
    ("kind", "url", "attributes", "place"),
    [
        (0, "", {}, "url"),
        (0, "app://x", {}, "url"),
        (7, "", {}, "url"),
        (1, "", {"a b": "x"}, "attributes"),
        (1, "", {"a": 1}, "attributes"),
        (1, "", {"a": "x" * 1001}, "attributes"),
        (1, "", {f"a{n}": "" for n in range(51)}, "attributes"),
        (1, "", [], "attributes"),
    ],
)
def test_applications_that_cannot_work_are_refused(kind: int, url: str, attributes: object, place: str) -> None:
    with pytest.raises(Invalid) as told:
        check_application(kind, url, attributes)
    assert told.value.place == place
    check_application(1, "", {"section": "news"})


def test_deep_links_are_made_from_a_mask() -> None:
    assert deep_link("", kind="video", number=7, channel=0) == "headend://video/7"
    assert deep_link("app://$channel/$kind?i=$id", kind="program", number=7, channel=3) == "app://3/program?i=7"
    for mask in ("$token", "$", "${kind"):
        with pytest.raises(Invalid):
            check_deep_link(mask)
    check_deep_link("app://${kind}/$id$$")

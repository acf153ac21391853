"""How the tests of XMLTV read, and what they read."""

from io import BytesIO
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.catalog.ports import GuideItem


def read(text: str | bytes, zone: str = "UTC") -> list[GuideItem]:
    stream = BytesIO(text.encode() if isinstance(text, str) else text)
    return list(read_xmltv(stream, zone=ZoneInfo(zone)))


class Remembered(set[int]):
    salt = b"salt"


names = st.sampled_from(
    [
        "title",
        "desc",
        "credits",
        "actor",
        "rating",
        "value",
        "icon",
        "episode-num",
        "channel",
        "programme",
        "video",
        "x",
    ]
)
attributes = st.dictionaries(
    st.sampled_from(["start", "stop", "channel", "id", "lang", "system", "src", "units", "role"]),
    st.sampled_from(["", "20260101", "a", "xmltv_ns", "http://a", "en"]),
)


def element(name: str, given: dict[str, str], children: list[str]) -> str:
    said = "".join(f" {key}='{value}'" for key, value in given.items())
    return f"<{name}{said}>{''.join(children)}</{name}>"


trees = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="<&>"), max_size=5),
    lambda inner: st.builds(element, names, attributes, st.lists(inner, max_size=4)),
    max_leaves=30,
)

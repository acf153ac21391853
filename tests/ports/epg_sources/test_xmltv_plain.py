"""The two ways to read a programme of XMLTV, by its pattern and by the parser, say the same."""

from contextlib import suppress
from datetime import UTC
from io import BytesIO
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ports.epg_sources.reading import Remembered, read, trees

from headend.adapters.epg_sources import xmltv
from headend.adapters.epg_sources.xmltv import read_xmltv
from headend.adapters.epg_sources.xmltv_elements import LEAVES
from headend.adapters.epg_sources.xmltv_plain import NotPlain, _remembered, read_programme
from headend.catalog.errors import GuideBroken
from headend.catalog.ports import GuideItem, KnownProgramme, Problem, ProgrammeDraft

HEAD = '<tv><programme start="1" channel="a"><title>Head</title></programme>'
"""Behind this a programme may be read by its pattern; behind the same with a comment it is the parser's."""


def both_ways(inside: str, attributes: str = 'start="20261121" stop="20261122" channel="a"') -> list[GuideItem]:
    """A programme read by whoever reads it quickest; the same as the parser, which hears a comment in it, reads it."""
    quick = read(f"{HEAD}\n<programme {attributes}>{inside}</programme></tv>")
    parsed = read(f"{HEAD}\n<programme {attributes}>{inside}<!-- --></programme></tv>")
    assert quick == parsed
    return quick[1:]


def is_plain(inside: str, attributes: str = 'start="20261121" stop="20261122" channel="a"') -> bool:
    try:
        read_programme(f"<programme {attributes}>{inside}</programme>".encode())
    except NotPlain:
        return False
    return True


TITLE = "<title>T</title>"
PLAIN = (
    "<title/>",
    "<title></title><title>Second</title>",
    '<title lang="en-GB">One</title><title lang="ru">Один</title>',
    f"{TITLE}<sub-title>S</sub-title><sub-title lang='it'>S</sub-title>",
    f"{TITLE}<desc>A &amp; B &lt;&gt; &quot;x&quot; &apos; &#8217;</desc>",
    f"{TITLE}<desc>&#x27;x&#x27; &#xe9;&#xE9;&#x2019; &#8364;</desc>",
    f"{TITLE}<desc> two\r\n  lines\r of </desc>",
    f"{TITLE}<desc>\xa0nbsp\xa0</desc>\n\t <date>2020</date>",
    f"{TITLE}<credits><director>D</director><actor role='x'>A</actor><other>O</other></credits>",
    f'{TITLE}<credits><actor role="x &amp; y">A</actor></credits><date>2020</date><category lang="en">C</category>',
    f"{TITLE}<category>A</category><category>B</category><category>A</category><icon src='http://a'/>",
    f'{TITLE}<icon src="http://a/?b=1&amp;c=2" /><icon src="https://b/c.png" width="10" height="20"/>',
    f'{TITLE}<icon src=" http://a"/><icon src="javascript:x"/>',
    f"{TITLE}<icon src='http://a/>b'/>",
    f'{TITLE}<episode-num></episode-num><episode-num system="xmltv_ns">1.2.</episode-num>',
    f'{TITLE}<episode-num system="onscreen">S1E2</episode-num><episode-num>3</episode-num><episode-num>4</episode-num>',
    f'{TITLE}<new /><premiere/><premiere>yes</premiere><previously-shown start="2020/1"/>',
    f'{TITLE}<rating system="A"><value>12</value></rating><rating><value></value></rating><rating>16+</rating>',
    f'{TITLE}<rating><value>12</value><icon src="x"/></rating><star-rating><value>3/5</value></star-rating>',
    f"{TITLE}<rating>\n<value>12</value>\n</rating>stray<new/>",
    f"{TITLE}stray<desc>D</desc>stray",
    f"{TITLE}<desc>D<b>bold</b>more</desc>",
    f"{TITLE}<subtitles type='teletext'><language>en</language></subtitles><subtitles/>",
    f"{TITLE}<video><quality>HD</quality></video><audio><stereo>5.1</stereo></audio><length units='hours'>2</length>",
    f"{TITLE}<extra><title>No</title></extra><extra2/><x.y>z</x.y><ns:a>b</ns:a>",
    f"{TITLE}<extra><deep><deeper/></deep></extra><url>http://a</url>",
    f'{TITLE}<channel id="b"><display-name>B</display-name></channel>',
    f"{TITLE}<display-name>N</display-name><keyword>k</keyword><country>GB</country><country>US</country>",
    f"{TITLE}<desc>，full width！ \uffe5</desc><desc>[a] ]] b</desc>",
    "<desc>before</desc><title>T</title>",
    "<title>\x85 next line \u2028</title>",
    "<title>&#9;tab&#10;line</title>",
    f"{TITLE}<rating><programme></programme><value>12</value></rating>",
    f"{TITLE}<programme start='20261123' channel='b'><title>Nested</title></programme><desc>D</desc>",
)


@pytest.mark.parametrize("inside", PLAIN)
def test_both_ways_of_reading_a_programme_say_the_same(inside):
    both_ways(inside)


@pytest.mark.parametrize(
    "attributes",
    [
        'start="20261121" stop="20261122" channel="a"',
        "start='20261121' stop='20261122' channel='a'",
        'channel="a" start="20261121" stop="20261122"',
        'start="20261121" stop="20261122" channel="a" catchup-id="7 &amp; 8"  showview="1" ',
        'start="20261121" stop="late" channel=" a &amp; b "',
        'start="soon" stop="" channel="a"',
        'start="20261121"\nstop="20261122"\nchannel="a"',
        'start="20261121" stop="20261122" channel="a\tb"',
        'start="20261121" channel="a"',
        'start="20261121" stop="20261122" channel=""',
    ],
)
def test_both_ways_of_reading_attributes_say_the_same(attributes):
    both_ways(TITLE, attributes)


def test_what_most_guides_write_is_read_the_quick_way():
    inside = """
    <title lang="en">The Match</title>
    <sub-title lang="en">First half</sub-title>
    <desc lang="en">One &amp; only</desc>
    <credits>
      <director>Ann Lee</director>
    </credits>
    <date>2025</date>
    <category lang="en">Sport</category>
    <category lang="en">Football</category>
    <icon src="https://a/p.jpg" />
    <episode-num system="xmltv_ns">1.4.</episode-num>
    <new />
    <rating system="FSK">
      <value>12</value>
    </rating>
  """
    assert is_plain(inside)


@pytest.mark.parametrize("stop", ["", ' stop="20261122"'])
def test_a_guide_whose_attributes_come_otherwise_is_read_the_quick_way_too(stop):
    assert is_plain(TITLE, f'channel="a" start="20261121"{stop}')


@pytest.mark.parametrize(
    "wrong",
    [
        f"{TITLE}<desc>a\x01b</desc>",
        f"{TITLE}<desc>a\x1fb</desc>",
        f"{TITLE}<desc>a\ufffe</desc>",
        f"{TITLE}<desc>a ]]> b</desc>",
        f"{TITLE}<desc>a & b</desc>",
        f"{TITLE}<desc>&nbsp;</desc>",
        f"{TITLE}<desc>&#0;</desc>",
        f"{TITLE}<desc>&#65535;</desc>",
        f"{TITLE}<desc>&#x1f;</desc>",
        f"{TITLE}<desc>&#xD800;</desc>",
        f"{TITLE}<desc>D</title>",
        f'{TITLE}<desc lang="a" lang="b">D</desc>',
        f'{TITLE}<desc lang="a<b">D</desc>',
        f"{TITLE}<desc lang=en>D</desc>",
        f'{TITLE}<episode-num system="x" system="y"></episode-num>',
        f'{TITLE}<rating system="x"y="z"><value>1</value></rating>',
        f'{TITLE}<icon src="a" src="b"/>',
        f"{TITLE}<credits><actor>A</credits></actor>",
        f"{TITLE}<extra><a></b></extra>",
        f"{TITLE}<extra><a><b></c></a></extra>",
        f"{TITLE}<extra>",
        f"{TITLE}</extra>",
        f"{TITLE}<new>",
        "<title>T<title>",
    ],
)
def test_what_is_not_well_formed_is_the_parsers_and_refused(wrong):
    assert not is_plain(wrong)
    with pytest.raises(GuideBroken) as caught:
        read(f'{HEAD}\n\n<programme start="1" stop="2" channel="a">{wrong}</programme></tv>')
    assert caught.value.place == "line 3"


@pytest.mark.parametrize(
    "attributes",
    [
        'start="1" stop="2" channel="a" start="3"',
        'start="1" stop="2" channel="a" x="1" x="2"',
        'start="1" stop="2" channel="a"x="1"',
        'start="1" stop="2" channel="&a"',
    ],
)
def test_wrong_attributes_are_the_parsers_and_refused(attributes):
    assert not is_plain(TITLE, attributes)
    with pytest.raises(GuideBroken):
        read(f"{HEAD}<programme {attributes}>{TITLE}</programme></tv>")


def test_bytes_that_are_no_utf_8_are_refused_wherever_they_stand():
    text = f'{HEAD}\n<programme start="1" stop="2" channel="a"><title>'.encode() + b"\xff</title></programme></tv>"
    with pytest.raises(GuideBroken):
        read(text)


@pytest.mark.parametrize("hidden", ["<!-- {} -->", "<![CDATA[{}]]>", "<?x {} ?>"])
@pytest.mark.parametrize("count", [1, 300])
def test_what_only_looks_like_programmes_is_not_read(hidden, count):
    programme = '<programme start="20261121" stop="20261122" channel="a"><title>No</title></programme>\n'
    text = f"{HEAD}{hidden.format(programme * count)}{programme.replace('No', 'Yes') * 2}</tv>"
    titles = [item.title for item in read(text) if isinstance(item, ProgrammeDraft)]
    assert titles == ["Yes", "Yes"]


def test_lines_are_counted_whoever_reads():
    plain = '<programme start="20261121" stop="20261122" channel="a">\n<title>T</title>\n</programme>\n'
    other = plain.replace("<title>", "<!--\n--><title>")
    items = read(f"<tv>\n{plain}{plain}{other}\n{plain}{other}{plain}</tv>")
    assert [item.line for item in items] == [2, 5, 8, 13, 16, 20]


def test_known_programmes_are_known_in_whatever_order_their_attributes_come():
    programme = '<programme channel="a &amp; b" start="20261121">\n<title>One</title>\n</programme>\n'
    text = f"{HEAD}{programme}</tv>".encode()
    known = Remembered()
    before = list(read_xmltv(BytesIO(text), zone=UTC, known=known))
    known.update(draft.fingerprint for draft in before if isinstance(draft, ProgrammeDraft))
    again = list(read_xmltv(BytesIO(text), zone=UTC, known=known))[1]
    assert again == KnownProgramme(1, "a & b", before[1].start, None, before[1].fingerprint)


def test_known_programmes_between_others_keep_their_lines_and_fingerprints():
    plain = '<programme start="20261121" stop="20261122" channel="a">\n<title>One</title>\n</programme>\n'
    other = plain.replace("<title>", "<!--\n--><title>")
    text = f"{HEAD}\n{plain}{other}{plain}</tv>".encode()
    known = Remembered()
    before = list(read_xmltv(BytesIO(text), zone=UTC, known=known))
    known.update(draft.fingerprint for draft in before if isinstance(draft, ProgrammeDraft))
    again = list(read_xmltv(BytesIO(text), zone=UTC, known=known))
    assert [item.line for item in again] == [item.line for item in before] == [1, 2, 5, 9]
    assert [type(item) for item in again] == [Problem, KnownProgramme, KnownProgramme, KnownProgramme]
    assert [item.fingerprint for item in again[1:]] == [item.fingerprint for item in before[1:]]


@given(st.lists(st.sampled_from(["", "<!-- -->", "\n", "<!--\n-->"]), max_size=200))
@settings(max_examples=50)
def test_programmes_come_in_order_whoever_reads_which(insides):
    programmes = (
        f'<programme start="20261121" stop="20261122" channel="a"><title>{place}</title>{inside}</programme>'
        for place, inside in enumerate(insides)
    )
    items = read(f"{HEAD}{''.join(programmes)}</tv>")[1:]
    lines = [1 + "".join(insides[:place]).count("\n") for place in range(len(insides))]
    assert [(item.title, item.line) for item in items] == [(str(place), line) for place, line in enumerate(lines)]


def test_an_error_behind_programmes_that_the_parser_never_saw_names_its_line():
    plain = f'<programme start="1" stop="2" channel="a">{TITLE}</programme>\n'
    with pytest.raises(GuideBroken) as caught:
        read(f"{HEAD}\n{plain * 5}<programme></tv>")
    assert caught.value.place == "line 7"


def test_a_programme_within_another_is_not_taken_for_it_the_next_time():
    inner = f'<programme start="20261122" stop="20261123" channel="b">{TITLE}</programme>'
    text = f'{HEAD}<programme start="20261121" stop="20261122" channel="a">{TITLE}{inner}</programme></tv>'.encode()
    known = Remembered()
    before = list(read_xmltv(BytesIO(text), zone=UTC, known=known))
    known.update(draft.fingerprint for draft in before if isinstance(draft, ProgrammeDraft))
    known.discard(0)
    assert list(read_xmltv(BytesIO(text), zone=UTC, known=known)) == before


def test_after_one_that_is_not_plain_the_quick_way_is_tried_again(monkeypatch):
    tried = []
    monkeypatch.setattr(xmltv, "read_programme", lambda text: tried.append(text) or read_programme(text))
    plain = f'<programme start="20261121" stop="20261122" channel="a">{TITLE}</programme>'
    read(f"{HEAD}{plain.replace('<title>', '<!-- --><title>')}{plain * 10}</tv>")
    assert tried.count(plain.encode()) == 9  # the first is spared


def test_what_is_remembered_of_tags_is_bounded():
    for place in range(1250):
        assert is_plain(f'{TITLE}<url system="{place}">http://a</url><url system="{"x" * 1000}{place}">http://b</url>')
    assert len(_remembered) <= 1000
    assert sum(map(len, _remembered)) <= 1000 * 200


def test_other_encodings_are_the_parsers():
    programme = '<programme start="20261121" stop="20261122" channel="a"><title>Первый</title></programme>'
    text = f'<?xml version="1.0" encoding="windows-1251"?><tv>{programme * 3}</tv>'
    assert [item.title for item in read(text.encode("windows-1251"))] == ["Первый"] * 3
    western = text.replace("windows-1251", "iso-8859-1").replace("Первый", "Ã©")  # whose bytes are UTF-8 too
    assert [item.title for item in read(western.encode("iso-8859-1"))] == ["Ã©"] * 3


@pytest.mark.parametrize(
    "hostile", ["<a>", "<a >" * 2, "<a><b></a>", " ", "<credits><actor>", "</credits>", "&amp;", '"']
)
def test_a_long_programme_takes_no_longer_than_its_length(hostile):
    with suppress(GuideBroken):  # this would go on for minutes, were it the square
        both_ways(TITLE + hostile * (200_000 // len(hostile)))


@given(st.lists(trees, max_size=4))
@settings(max_examples=300)
def test_any_programme_is_read_the_same_both_ways(children):
    both_ways(TITLE + "".join(children))


plain_texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8).map(escape)
plain_elements = st.builds(
    lambda name, tag, text: f"<{name}{tag}>{text}</{name}>",
    st.sampled_from(sorted(LEAVES)),
    st.sampled_from(["", ' lang="en"', ' lang="ru"', ' system="xmltv_ns"', ' units="hours"', ' src="http://a"']),
    plain_texts,
)


@given(st.lists(plain_elements, max_size=6))
@settings(max_examples=300)
def test_any_plain_programme_is_read_the_same_both_ways(children):
    both_ways("\n".join((TITLE, *children)))

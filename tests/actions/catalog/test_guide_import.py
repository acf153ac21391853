"""Guides come in: once, again, changed, broken, two at once, by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from msgspec.structs import replace
from tests.factories import make_channel, make_guide_channel, make_guide_source, make_operator, make_programme

from headend.catalog.actions.guide import Reading, ensure_source, forget_programmes, import_from_source, import_guide
from headend.catalog.actions.guide_programmes import CHANNELS_AT_ONCE
from headend.catalog.errors import FetchFailed, GuideBroken, GuideBusy
from headend.catalog.models import (
    GuideCategory,
    GuideCategoryMapping,
    GuideChannel,
    GuideSource,
    MatchState,
    Programme,
)
from headend.catalog.ports import (
    ChannelDraft,
    Fetched,
    GuideItem,
    GuideReport,
    Known,
    KnownProgramme,
    Problem,
    ProgrammeDetails,
    ProgrammeDraft,
    Validators,
)
from headend.catalog.queries import due_guide_sources
from headend.kernel.actor import system
from headend.kernel.errors import Invalid
from headend.operators.models import AuditEntry, Change

pytestmark = pytest.mark.django_db
ACTOR = system("test")
NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
HOUR = 3600


class Guide:
    """A guide format whose guides are lists of items; an exception among them is raised when it is reached.

    As every format must, it gives what is known as such.
    """

    def __init__(self, *items: GuideItem | Exception) -> None:
        self.items = items

    def __call__(self, stream: BinaryIO, *, zone: tzinfo, known: Known | None = None) -> Iterator[GuideItem]:
        for item in self.items:
            if isinstance(item, Exception):
                raise item
            yield fingerprinted(item, known) if isinstance(item, ProgrammeDraft) else item


def fingerprinted(draft: ProgrammeDraft, known: Known) -> ProgrammeDraft | KnownProgramme:
    digest = blake2b(known.salt + repr(draft).encode(), digest_size=8).digest()
    fingerprint = int.from_bytes(digest, "big", signed=True)
    if fingerprint in known:
        return KnownProgramme(draft.line, draft.guide_id, draft.start, draft.stop, fingerprint)
    return replace(draft, fingerprint=fingerprint)


def programme(start: int, title: str = "News", channel: str = "one", **details: object) -> ProgrammeDraft:
    return ProgrammeDraft(1, channel, start, start + HOUR, title, 0, ProgrammeDetails(**details))


@pytest.fixture
def source() -> GuideSource:
    return make_guide_source()


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def bring_in(source: GuideSource, spool: Path, *items: GuideItem | Exception) -> GuideReport:
    return import_guide(actor=ACTOR, source=source, stream=BytesIO(), reading=Reading(Guide(*items), spool), now=NOW)


def stored(channel: str = "one") -> list[tuple[int, int, str]]:
    rows = Programme.objects.filter(guide_channel__guide_id=channel).order_by("start")
    return list(rows.values_list("start", "stop", "title"))


ONE = ChannelDraft(1, "one", ("One", "Uno"), "http://a/1.png")


def test_a_guide_comes_in_whole(source, spool):
    report = bring_in(source, spool, ONE, programme(0), programme(HOUR, "Film", description="A film."))
    assert report == GuideReport(created=2, channels_created=1)
    channel = GuideChannel.objects.get()
    assert (channel.guide_id, channel.name, channel.names) == ("one", "One", ["One", "Uno"])
    assert channel.icon_url == "http://a/1.png"
    assert stored() == [(0, HOUR, "News"), (HOUR, 2 * HOUR, "Film")]
    assert Programme.objects.get(title="Film").details == '{"description":"A film."}'


def test_the_same_guide_again_changes_nothing_and_tells_the_gate_nothing(source, spool):
    items = (ONE, programme(0), programme(HOUR))
    bring_in(source, spool, *items)
    before = list(Programme.objects.values())
    Change.objects.all().delete()
    assert bring_in(source, spool, *items) == GuideReport(unchanged=2)
    assert list(Programme.objects.values()) == before
    assert not Change.objects.filter(entity="catalog.guidechannel").exists()


def test_a_changed_programme_keeps_its_number(source, spool):
    bring_in(source, spool, ONE, programme(0, "News"), programme(HOUR, "Film"))
    number = Programme.objects.get(title="Film").pk
    report = bring_in(source, spool, ONE, programme(0, "News"), programme(HOUR, "Another film", keywords=("x",)))
    assert report == GuideReport(updated=1, unchanged=1)
    changed = Programme.objects.get(pk=number)
    assert (changed.title, changed.details) == ("Another film", '{"keywords":["x"]}')


def test_a_time_that_moved_leaves_no_duplicate(source, spool):
    bring_in(source, spool, ONE, programme(0), programme(HOUR, "Match"), programme(2 * HOUR))
    report = bring_in(source, spool, ONE, programme(0), programme(HOUR + 600, "Match"), programme(2 * HOUR))
    assert report == GuideReport(created=1, unchanged=2, removed=1)
    assert stored() == [(0, HOUR, "News"), (HOUR + 600, 2 * HOUR, "Match"), (2 * HOUR, 3 * HOUR, "News")]


def test_a_known_programme_whose_neighbour_moved_ends_earlier(source, spool):
    bring_in(source, spool, ONE, programme(0, "Long"), programme(HOUR, "Next"))
    report = bring_in(source, spool, ONE, programme(0, "Long"), programme(HOUR - 600, "Next"))
    assert report == GuideReport(created=1, updated=1, removed=1)
    assert stored() == [(0, HOUR - 600, "Long"), (HOUR - 600, 2 * HOUR - 600, "Next")]


def test_other_days_stay_and_the_one_that_runs_into_the_guide_is_cut(source, spool):
    bring_in(source, spool, ONE, programme(0, "Before"), programme(50 * HOUR, "After"))
    bring_in(source, spool, ONE, programme(HOUR // 2, "Between"))
    assert stored() == [
        (0, HOUR // 2, "Before"),
        (HOUR // 2, HOUR // 2 + HOUR, "Between"),
        (50 * HOUR, 51 * HOUR, "After"),
    ]


def test_only_changed_channels_are_announced(source, spool):
    items = (programme(0, channel="one"), programme(0, channel="two"))
    bring_in(source, spool, *items)
    Change.objects.all().delete()
    bring_in(source, spool, items[0], programme(0, "Other", channel="two"))
    two = GuideChannel.objects.get(guide_id="two").pk
    assert list(Change.objects.filter(entity="catalog.guidechannel").values_list("object_id", flat=True)) == [two]


def test_a_channel_that_the_guide_forgot_to_name_is_made(source, spool):
    report = bring_in(source, spool, programme(0, channel="nameless"))
    assert report == GuideReport(created=1, channels_created=1)
    assert str(GuideChannel.objects.get()) == "nameless"
    # and a later guide without the name does not take one away
    bring_in(source, spool, ChannelDraft(1, "nameless", ("Named",)), programme(0, channel="nameless"))
    bring_in(source, spool, programme(0, channel="nameless"))
    assert GuideChannel.objects.get().name == "Named"


@pytest.mark.parametrize("error", [GuideBroken("no element found", "line 9"), FetchFailed("the packing is broken")])
def test_a_guide_that_breaks_at_its_end_changes_nothing(source, spool, error):
    bring_in(source, spool, ONE, programme(0))
    with pytest.raises(type(error)):
        bring_in(source, spool, ONE, programme(0, "Changed"), programme(HOUR), error)
    assert stored() == [(0, HOUR, "News")]


def test_what_is_bad_is_told_and_the_rest_comes_in(source, spool):
    bad = Problem(7, "no start", "Film")
    remark = Problem(8, "the time zone is not known", is_loss=False)
    report = bring_in(source, spool, ONE, bad, remark, programme(0), ProgrammeDraft(9, "one", 0, 60, "Other"))
    clash = Problem(1, "line 9 gives another programme for this start")
    assert report == GuideReport(created=1, skipped=2, errors=1, problems=(bad, remark, clash), channels_created=1)
    source.refresh_from_db()
    assert source.last_outcome == "partly"
    assert source.last_report["problems"][0] == {"line": 7, "message": "no start", "name": "Film", "is_loss": True}


def test_categories_are_mapped_and_new_words_wait_for_review(source, spool):
    films = GuideCategory.objects.create(name="Films")
    GuideCategoryMapping.objects.create(source=source, source_category="Movie", category=films)
    bring_in(source, spool, ONE, programme(0, categories=("Drama", "Movie")), programme(HOUR, categories=("Drama",)))
    assert list(Programme.objects.order_by("start").values_list("category", flat=True)) == [films.pk, None]
    assert list(GuideCategoryMapping.objects.values_list("source_category", "category")) == [
        ("Drama", None),
        ("Movie", films.pk),
    ]


def test_a_mapping_made_later_reaches_programmes_at_the_next_import(source, spool):
    items = (ONE, programme(0, categories=("Drama",)))
    bring_in(source, spool, *items)
    drama = GuideCategory.objects.create(name="Drama")
    GuideCategoryMapping.objects.update(category=drama)
    assert bring_in(source, spool, *items) == GuideReport(updated=1)
    assert Programme.objects.get().category == drama
    assert bring_in(source, spool, *items) == GuideReport(unchanged=1)


def test_long_values_are_cut_to_their_columns(source, spool):
    draft = ChannelDraft(1, "one", ("N" * 300,), "http://" + "x" * 2000)
    bring_in(source, spool, draft, programme(0, "T" * 900, categories=("c" * 300,)))
    channel = GuideChannel.objects.get()
    assert (channel.name, channel.icon_url) == ("N" * 200, "")
    assert Programme.objects.get().title == "T" * 500
    assert not GuideCategoryMapping.objects.exists()


def test_one_source_is_imported_once_at_a_time(source, spool):
    class Nested(Guide):
        def __call__(self, stream: BinaryIO, *, zone: tzinfo, known: Known | None = None) -> Iterator[GuideItem]:
            with pytest.raises(GuideBusy):
                bring_in(source, spool, programme(0))
            yield fingerprinted(programme(0, "Outer"), known)

    import_guide(actor=ACTOR, source=source, stream=BytesIO(), reading=Reading(Nested(), spool), now=NOW)
    assert stored() == [(0, HOUR, "Outer")]


def test_what_another_machine_wrote_meanwhile_stays_and_the_rest_comes_in(source, spool):
    def meanwhile(doing: str, done: int, _all: int) -> None:
        if doing == "writing" and done == CHANNELS_AT_ONCE:
            last = GuideChannel.objects.get(guide_id=str(CHANNELS_AT_ONCE))
            make_programme(guide_channel=last, start=0, stop=HOUR, title="Theirs")

    many = [programme(hour * HOUR, channel=str(number)) for number in range(CHANNELS_AT_ONCE + 1) for hour in (0, 1)]
    reading = Reading(Guide(*many), spool, meanwhile)
    import_guide(actor=ACTOR, source=source, stream=BytesIO(), reading=reading, now=NOW)
    assert stored("0") == [(0, HOUR, "News"), (HOUR, 2 * HOUR, "News")]
    assert stored(str(CHANNELS_AT_ONCE)) == [(0, HOUR, "Theirs"), (HOUR, 2 * HOUR, "News")]
    assert bring_in(source, spool, *many) == GuideReport(updated=1, unchanged=2 * CHANNELS_AT_ONCE + 1)
    assert stored(str(CHANNELS_AT_ONCE)) == [(0, HOUR, "News"), (HOUR, 2 * HOUR, "News")]


def test_one_audit_entry_tells_of_an_import(source, spool):
    bring_in(source, spool, ONE, programme(0))
    entry = AuditEntry.objects.get(verb="import")
    assert (entry.actor_name, entry.entity, entry.object_id) == ("test", "catalog.guidesource", source.pk)
    assert entry.changes["created"] == 1


def test_channels_find_their_guide_when_it_comes(source, spool):
    channel = make_channel(operator=make_operator(), name="First", guide_id="one")
    bring_in(source, spool, ONE, programme(0))
    channel.refresh_from_db()
    assert channel.guide_match == MatchState.BY_ID
    assert channel.guide_channel.guide_id == "one"


def test_the_spool_leaves_nothing_behind(source, spool):
    bring_in(source, spool, *(programme(hour * HOUR, "x" * 400, description="y" * 1000) for hour in range(2000)))
    assert [file.name for file in spool.iterdir()] == [f"guide-{source.pk}.lock"]
    assert Programme.objects.count() == 2000


# --- sources that are fetched ---


@contextmanager
def not_modified(_source: str, *, known: Validators | None = None) -> Iterator[Fetched]:
    yield Fetched(None, known or Validators())


@contextmanager
def answering(_source: str, *, known: Validators | None = None) -> Iterator[Fetched]:
    yield Fetched(BytesIO(), Validators('"2"', "today"))


@contextmanager
def failing(_source: str, *, known: Validators | None = None) -> Iterator[Fetched]:
    raise FetchFailed("http://a/guide answers 404 Not Found")
    yield


def test_a_source_remembers_what_it_fetched_and_when_it_is_due(source, spool):
    source.interval_minutes = 60
    reading = Reading(Guide(ONE, programme(0)), spool)
    import_from_source(actor=ACTOR, source=source, fetch=answering, reading=reading, now=NOW)
    source.refresh_from_db()
    assert (source.etag, source.last_modified, source.last_outcome) == ('"2"', "today", "good")
    assert source.last_run_at == NOW
    assert timedelta(minutes=60) <= source.next_run_at - NOW <= timedelta(minutes=66)


def test_a_source_that_has_not_changed_is_left_as_it_is(source, spool):
    source.etag = '"1"'
    report = import_from_source(
        actor=ACTOR, source=source, fetch=not_modified, reading=Reading(Guide(), spool), now=NOW
    )
    assert report == GuideReport(is_unmodified=True)
    source.refresh_from_db()
    assert (source.etag, source.last_outcome) == ('"1"', "good")


def test_a_failed_source_says_why_and_is_tried_again_when_due(source, spool):
    with pytest.raises(FetchFailed):
        import_from_source(actor=ACTOR, source=source, fetch=failing, reading=Reading(Guide(), spool), now=NOW)
    source.refresh_from_db()
    assert source.last_outcome == "failed"
    assert source.last_report == {"error": "http://a/guide answers 404 Not Found", "place": ""}
    assert source.next_run_at > NOW


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "guide.xml", "ftp://a/guide"])
def test_an_operators_own_source_reads_no_files(spool, url):
    source = make_guide_source(operator=make_operator(), url=url)
    reading = Reading(Guide(ONE), spool)
    with pytest.raises(FetchFailed, match="from an http"):
        import_from_source(actor=ACTOR, source=source, fetch=answering, reading=reading, now=NOW)
    assert not GuideChannel.objects.exists()


def test_due_sources_are_the_enabled_ones_whose_time_has_come():
    due = make_guide_source(url="http://a", next_run_at=NOW - timedelta(minutes=1))
    new = make_guide_source(url="http://b")
    make_guide_source(url="http://c", next_run_at=NOW + timedelta(minutes=1))
    make_guide_source(url="http://d", is_enabled=False)
    make_guide_source(url="http://e", interval_minutes=0)
    make_guide_source(url="")
    assert sorted(due_guide_sources(NOW)) == sorted([due.pk, new.pk])


def test_a_source_is_made_once_and_its_zone_can_change():
    first = ensure_source(actor=ACTOR, name="uk", zone="Europe/London")
    assert ensure_source(actor=ACTOR, name="uk") == first
    assert ensure_source(actor=ACTOR, name="uk", zone="Europe/Rome").time_zone == "Europe/Rome"
    with pytest.raises(Invalid, match="there is no time zone Mars/Base"):
        ensure_source(actor=ACTOR, name="uk", zone="Mars/Base")
    for name in ("", " ", "x" * 101):
        with pytest.raises(Invalid):
            ensure_source(actor=ACTOR, name=name)
    assert GuideSource.objects.get().time_zone == "Europe/Rome"


def test_a_source_is_found_by_its_name_where_only_one_can_be_meant():
    acme, rival = make_operator(name="Acme"), make_operator(name="Rival")
    own = make_guide_source(name="uk", operator=acme)
    assert ensure_source(actor=ACTOR, name="uk") == own
    make_guide_source(name="uk", operator=rival)
    with pytest.raises(Invalid, match="2 operators have a source called uk"):
        ensure_source(actor=ACTOR, name="uk")
    shared = make_guide_source(name="uk", operator=None)
    assert ensure_source(actor=ACTOR, name="uk") == shared


def test_old_programmes_are_forgotten():
    channel = make_guide_channel()
    for hour in range(3):
        make_programme(guide_channel=channel, start=hour * HOUR, stop=(hour + 1) * HOUR)
    assert forget_programmes(before=2 * HOUR + 1) == 2
    assert Programme.objects.get().start == 2 * HOUR

"""Channel lists become channels: once, again, changed, shortened."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import repeat
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models import QuerySet
from tests.at_once import at_once
from tests.conftest import SHARED_SAMPLES
from tests.factories import make_category, make_channel, make_guide_channel, make_operator

from headend.adapters.channel_lists.m3u import read_m3u
from headend.catalog.actions import channel_lists
from headend.catalog.actions.channel_lists import MOST_PROBLEMS, ChannelListReport, import_channels
from headend.catalog.actions.guide_matches import MatchReport, choose_guide
from headend.catalog.errors import ListBusy, ListTooLong, NotAChannelList, NothingToImport
from headend.catalog.models import Category, Channel, MatchState
from headend.catalog.ports import ListHeader, ListItem, Problem
from headend.catalog.rules import EntryDraft, with_shift
from headend.kernel.actor import Actor, ActorKind
from headend.operators.actions import announce
from headend.operators.models import AuditEntry, Change, Operator

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorKind.STAFF, "ann", 7)
NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
ONE = EntryDraft(1, "One", "http://a/1", guide_id="one.example", number=1, groups=("News", "HD"))
TWO = EntryDraft(2, "Two", "http://a/2", guide_id="two.example", groups=("Films",))
SAMPLE = SHARED_SAMPLES / "m3u" / "freetv_all.m3u8"


@pytest.fixture
def operator() -> Operator:
    return make_operator()


def bring_in(operator: Operator, *entries: ListItem, source: str = "list", **options: bool) -> ChannelListReport:
    return import_channels(actor=STAFF, operator=operator, source_name=source, entries=entries, now=NOW, **options)


def counts(report: ChannelListReport) -> tuple[int, int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.skipped, report.errors


def names(operator: Operator) -> list[str]:
    return [channel.name for channel in Channel.objects.of(operator.pk)]


def test_an_entry_becomes_a_channel(operator: Operator) -> None:
    entry = replace(
        ONE,
        guide_name="One HD",
        logo="http://logo/1.png",
        groups=("News", "HD", "Paid"),
        shift_minutes=60,
        catchup={"mode": "shift"},
        archive_days=3,
        headers={"User-Agent": "box"},
        properties={"KODIPROP:inputstream.adaptive.license_type": "com.widevine.alpha"},
        is_radio=True,
        is_adult=True,
    )
    assert bring_in(operator, ListHeader(("http://guide/",)), entry) == ChannelListReport(
        created=1, guide_urls=("http://guide/",), matches=MatchReport(unmatched=1)
    )
    channel = Channel.objects.get()
    assert (channel.operator, channel.name, channel.lcn, channel.sort, channel.is_enabled) == (
        operator,
        "One",
        1,
        10,
        True,
    )
    assert (channel.stream_url, channel.guide_id, channel.icon_url) == (
        "http://a/1",
        "one.example",
        "http://logo/1.png",
    )
    assert channel.category is not None
    assert channel.category.name == "News"
    assert sorted(channel.extra_categories.values_list("name", flat=True)) == ["HD", "Paid"]
    assert (channel.catchup, channel.recording_days) == ({"mode": "shift"}, 3)
    assert channel.http_headers == {"User-Agent": "box"}
    assert (channel.needs_parent_code, channel.is_drm) == (True, True)
    assert channel.meta == {
        "list": {
            "guide_name": "One HD",
            "guide_shift_minutes": 60,
            "radio": True,
            "properties": {"KODIPROP:inputstream.adaptive.license_type": "com.widevine.alpha"},
        }
    }
    assert channel.import_source == "list"


def test_again_changes_nothing(operator: Operator) -> None:
    assert counts(bring_in(operator, ONE, TWO)) == (2, 0, 0, 0, 0)
    before = list(Channel.objects.values())
    assert counts(bring_in(operator, ONE, TWO)) == (0, 0, 2, 0, 0)
    assert list(Channel.objects.values()) == before
    assert AuditEntry.objects.count() == 1


def test_one_audit_entry_for_a_whole_list_and_news_with_each_transaction(operator: Operator) -> None:
    bring_in(operator, ONE, TWO)
    (entry,) = AuditEntry.objects.all()
    assert (entry.verb, entry.entity, entry.object_name, entry.operator, entry.actor_name) == (
        "import",
        "catalog.channel",
        "list",
        operator,
        "ann",
    )
    assert entry.changes == {"created": 2, "updated": 0, "unchanged": 0, "disabled": 0, "matched": 0}
    assert list(Change.objects.values_list("entity", "operator", "object_id")) == [
        ("catalog.channel", operator.pk, None),
        ("catalog.category", operator.pk, None),
        ("catalog.channel", operator.pk, None),
    ]


def test_a_changed_entry_changes_its_channel_only_in_that(operator: Operator) -> None:
    bring_in(operator, ONE, TWO)
    Channel.objects.filter(name="One").update(icon_url="http://mine/logo.png", comment="mine", lcn=99)
    report = bring_in(operator, replace(ONE, url="http://b/1", groups=("Sport", "HD")), TWO)
    assert counts(report) == (0, 1, 1, 0, 0)
    channel = Channel.objects.get(name="One")
    assert (channel.stream_url, channel.icon_url, channel.comment, channel.lcn) == (
        "http://b/1",
        "http://mine/logo.png",
        "mine",
        99,
    )
    assert channel.category is not None
    assert channel.category.name == "Sport"
    assert [category.name for category in channel.extra_categories.all()] == ["HD"]


def test_a_channel_renamed_here_stays_renamed(operator: Operator) -> None:
    bring_in(operator, ONE)
    Channel.objects.update(name="Our First")
    assert counts(bring_in(operator, replace(ONE, number=5))) == (0, 1, 0, 0, 0)
    assert Channel.objects.values_list("name", "lcn").get() == ("Our First", 5)


def test_other_extra_data_of_a_channel_stays(operator: Operator) -> None:
    bring_in(operator, replace(ONE, is_radio=True))
    channel = Channel.objects.get()
    channel.meta["mine"] = 1
    channel.save()
    bring_in(operator, replace(ONE, shift_minutes=60))
    assert Channel.objects.get().meta == {"mine": 1, "list": {"guide_shift_minutes": 60}}
    bring_in(operator, ONE)
    assert Channel.objects.get().meta == {"mine": 1}


def test_a_shift_moves_the_guide_of_its_channel_alone(operator: Operator) -> None:
    guide = make_guide_channel(guide_id="one.example", shift_minutes=-60)
    later = replace(ONE, name="One +2", url="http://a/later", shift_minutes=120)
    bring_in(operator, ONE, later)
    shifts = {c.name: c.guide_shift_minutes for c in Channel.objects.filter(guide_channel=guide)}
    assert shifts == {"One": -60, "One +2": 60}


def test_a_shift_set_here_stays_until_the_list_says_another(operator: Operator) -> None:
    entry = replace(ONE, shift_minutes=60, guide_name="First")
    bring_in(operator, entry)
    channel = Channel.objects.get()
    channel.meta = with_shift(channel.meta, -30)
    channel.save()
    entry = replace(entry, guide_name="Second", number=7)
    assert counts(bring_in(operator, entry)) == (0, 1, 0, 0, 0)
    channel = Channel.objects.get()
    assert (channel.guide_shift_minutes, channel.meta["list"]["guide_name"]) == (-30, "Second")
    assert counts(bring_in(operator, replace(entry, shift_minutes=120))) == (0, 1, 0, 0, 0)
    assert Channel.objects.get().guide_shift_minutes == 120
    bring_in(operator, replace(entry, shift_minutes=0))
    assert Channel.objects.get().meta == {"list": {"guide_name": "Second"}}


def test_a_new_shift_leaves_what_was_set_here_of_the_player(operator: Operator) -> None:
    bring_in(operator, ONE)
    Channel.objects.update(is_drm=True)
    bring_in(operator, replace(ONE, shift_minutes=60))
    assert Channel.objects.get().is_drm


def test_repeated_entries_are_repeated_channels(operator: Operator) -> None:
    assert counts(bring_in(operator, ONE, ONE)) == (2, 0, 0, 0, 0)
    assert counts(bring_in(operator, ONE, ONE)) == (0, 0, 2, 0, 0)
    report = bring_in(operator, ONE)
    assert (counts(report), report.missing) == ((0, 0, 1, 0, 0), ("One",))


def test_missing_entries_are_reported_and_disabled_only_when_asked(operator: Operator) -> None:
    bring_in(operator, ONE, TWO)
    report = bring_in(operator, ONE)
    assert (report.missing, report.disabled) == (("Two",), 0)
    assert Channel.objects.get(name="Two").is_enabled
    report = bring_in(operator, ONE, disable_missing=True)
    assert (report.missing, report.disabled, counts(report)) == (("Two",), 1, (0, 0, 1, 0, 0))
    assert not Channel.objects.get(name="Two").is_enabled
    report = bring_in(operator, ONE, disable_missing=True)
    assert (report.missing, report.disabled) == ((), 0)


def test_what_comes_back_is_enabled_again(operator: Operator) -> None:
    bring_in(operator, ONE, TWO)
    bring_in(operator, ONE, disable_missing=True)
    assert counts(bring_in(operator, ONE, TWO)) == (0, 1, 1, 0, 0)
    assert Channel.objects.get(name="Two").is_enabled
    assert counts(bring_in(operator, ONE, TWO)) == (0, 0, 2, 0, 0)


def test_what_was_disabled_by_hand_stays_disabled(operator: Operator) -> None:
    bring_in(operator, ONE, TWO)
    Channel.objects.filter(name="Two").update(is_enabled=False)
    assert bring_in(operator, ONE, disable_missing=True).disabled == 0
    bring_in(operator, ONE, replace(TWO, number=9))
    assert not Channel.objects.get(name="Two").is_enabled


def test_without_an_address_a_channel_waits(operator: Operator) -> None:
    bring_in(operator, replace(ONE, url=""))
    assert not Channel.objects.get().is_enabled
    bring_in(operator, ONE)
    assert Channel.objects.get().is_enabled
    bring_in(operator, replace(ONE, url=""))
    assert Channel.objects.values_list("is_enabled", "stream_url").get() == (False, "")


def test_lists_do_not_touch_each_other_nor_what_was_made_by_hand(operator: Operator) -> None:
    make_channel(operator=operator, name="Mine", sort=5)
    stranger = make_operator()
    bring_in(operator, ONE, source="a")
    bring_in(operator, TWO, source="b", disable_missing=True)
    bring_in(stranger, TWO, source="a", disable_missing=True)
    assert names(operator) == ["Mine", "One", "Two"]
    assert names(stranger) == ["Two"]
    assert Channel.objects.filter(is_enabled=False).count() == 0


def test_new_entries_stand_where_the_list_has_them(operator: Operator) -> None:
    bring_in(operator, ONE, TWO)
    entries = [EntryDraft(0, name, f"http://a/{name}") for name in ("First", "Middle", "Last")]
    bring_in(operator, entries[0], ONE, entries[1], TWO, entries[2])
    assert names(operator) == ["First", "One", "Middle", "Two", "Last"]


def test_groups_are_the_categories_that_are_there(operator: Operator) -> None:
    mine = make_category(operator=operator, name="news")
    make_category(name="Films")
    bring_in(operator, ONE, TWO, replace(ONE, url="http://a/3", groups=("NEWS", "news")), replace(TWO, groups=()))
    assert sorted(Category.objects.of(operator.pk).values_list("name", flat=True)) == ["Films", "HD", "news"]
    assert Channel.objects.filter(category=mine).count() == 2
    assert Channel.extra_categories.through.objects.count() == 1


def test_groups_that_an_engine_takes_for_one(operator: Operator) -> None:
    groups = ("Cine", "Ciné", "cine")
    report = bring_in(operator, replace(ONE, groups=groups), replace(TWO, groups=groups[1:]))
    assert report.created == 2
    assert set(Channel.objects.values_list("category__name", flat=True)) <= {"Cine", "Ciné"}
    assert counts(bring_in(operator, replace(ONE, groups=groups), replace(TWO, groups=groups[1:]))) == (0, 0, 2, 0, 0)


def test_an_engine_that_does_not_tell_new_numbers(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    create = QuerySet.bulk_create

    def forgetful(rows: Any, objects: Any, *args: Any, **options: Any) -> Any:
        made = create(rows, objects, *args, **options)
        for each in made:
            each.pk = None
        return made

    bring_in(operator, TWO)
    monkeypatch.setattr(QuerySet, "bulk_create", forgetful)
    bring_in(operator, ONE, replace(ONE, name="Other", groups=("A", "B", "C")), ONE, TWO)
    extra = Channel.objects.order_by("pk").values_list("name", "extra_categories__name")
    assert sorted((name, each or "") for name, each in extra) == [
        ("One", "HD"),
        ("One", "HD"),
        ("Other", "B"),
        ("Other", "C"),
        ("Two", ""),
    ]


def test_problems_are_counted_and_the_first_are_kept(operator: Operator) -> None:
    def entries() -> Iterator[ListItem]:
        yield ONE
        yield replace(TWO, is_video=True)
        yield replace(TWO, name="x" * 300)
        for line in range(3000):
            yield Problem(line, "bad")

    report = bring_in(operator, *entries())
    assert counts(report) == (2, 0, 0, 3001, 3000)
    assert len(report.problems) == MOST_PROBLEMS
    assert report.problems[:2] == (
        Problem(2, "the name is cut to 200 characters", "x" * 80, is_loss=False),
        Problem(0, "bad"),
    )


def test_a_list_that_holds_nothing_changes_nothing(operator: Operator) -> None:
    bring_in(operator, ONE)
    with pytest.raises(NothingToImport):
        bring_in(operator, replace(TWO, is_video=True), Problem(1, "bad"), disable_missing=True)
    assert Channel.objects.get().is_enabled


def test_a_list_without_end_is_refused(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headend.catalog.actions.channel_lists.MOST_ENTRIES", 2)
    assert bring_in(operator, ONE, TWO).created == 2
    with pytest.raises(ListTooLong, match="more than 2 channels"):
        import_channels(actor=STAFF, operator=operator, source_name="list", entries=repeat(ONE), now=NOW)
    assert Channel.objects.count() == 2


def test_odd_extra_data_is_no_obstacle(operator: Operator) -> None:
    bring_in(operator, ONE)
    Channel.objects.update(meta=["odd"])
    bring_in(operator, replace(ONE, is_radio=True))
    assert Channel.objects.get().meta == {"list": {"radio": True}}


def test_a_list_that_breaks_while_it_is_read_changes_nothing(operator: Operator) -> None:
    def breaking() -> Iterator[ListItem]:
        yield TWO
        raise NotAChannelList("it ends")

    bring_in(operator, ONE)
    with pytest.raises(NotAChannelList):
        import_channels(
            actor=STAFF, operator=operator, source_name="list", entries=breaking(), now=NOW, disable_missing=True
        )
    assert names(operator) == ["One"]


def test_guides_are_matched_after_the_import(operator: Operator) -> None:
    by_id, by_name = make_guide_channel(guide_id="one.example"), make_guide_channel(name="TWO HD")
    report = bring_in(operator, ONE, TWO, EntryDraft(3, "Three", "http://a/3"))
    assert report.matches == MatchReport(by_id=1, by_name=1, unmatched=1, changed=2)
    assert dict(Channel.objects.values_list("name", "guide_channel")) == {
        "One": by_id.pk,
        "Two": by_name.pk,
        "Three": None,
    }


def test_a_new_guide_id_brings_another_guide_unless_a_person_chose(operator: Operator) -> None:
    make_guide_channel(guide_id="one.example")
    other, mine = make_guide_channel(guide_id="other"), make_guide_channel()
    bring_in(operator, ONE)
    bring_in(operator, replace(ONE, guide_id="other"))
    channel = Channel.objects.get()
    assert (channel.guide_channel, channel.guide_match) == (other, MatchState.BY_ID)
    choose_guide(actor=STAFF, channel=channel, guide_channel=mine)
    bring_in(operator, ONE)
    channel = Channel.objects.get()
    assert (channel.guide_channel, channel.guide_match) == (mine, MatchState.BY_HAND)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared samples are not here")
def test_a_real_list_twice(operator: Operator) -> None:
    first = bring_in(operator, *read_m3u(BytesIO(SAMPLE.read_bytes())))
    assert counts(first) == (2059, 0, 0, 0, 0)
    assert len(first.guide_urls) == 101
    assert Channel.objects.count() == 2059
    assert Category.objects.count() == 97
    assert Channel.objects.filter(is_enabled=False).count() == 9
    again = bring_in(operator, *read_m3u(BytesIO(SAMPLE.read_bytes())), disable_missing=True)
    assert (counts(again), again.missing, again.disabled) == ((0, 0, 2059, 0, 0), (), 0)
    turned = BytesIO(SAMPLE.read_bytes().replace(b"https://", b"http://"))
    changed = bring_in(operator, *read_m3u(turned))
    assert (changed.created, changed.missing, changed.updated + changed.unchanged) == (0, (), 2059)


def test_everything_that_a_list_can_hold(operator: Operator) -> None:
    path = Path(__file__).parents[2] / "ports" / "channel_lists" / "everything.m3u"
    report = bring_in(operator, *read_m3u(BytesIO(path.read_bytes())))
    assert counts(report) == (6, 0, 0, 1, 0)
    assert names(operator) == ["One, the first", "Two", "Three", 'The "Big" Four', "Five", "Seven"]


# --- a long list ---

LONG = [
    EntryDraft(n, f"Name {n}", f"http://a/{n}", f"id{n}", number=n + 1, groups=(f"G{n % 3}", "HD")) for n in range(9)
]
LONGER = [EntryDraft(20 + n, f"New {n}", f"http://b/{n}", groups=("HD",)) for n in range(4)]
CHANGED = LONGER[:2] + [replace(each, url=each.url + "/new", number=None) for each in LONG[2:]] + LONGER[2:]
"""Four are new, two have gone, seven have changed: with three rows at once, seven transactions."""


def state_of(operator: Operator) -> list[tuple[Any, ...]]:
    fields = ("name", "stream_url", "lcn", "sort", "is_enabled", "import_key", "category__name")
    rows = Channel.objects.of(operator.pk).prefetch_related("extra_categories").order_by("sort", "name")
    extra = [sorted(category.name for category in channel.extra_categories.all()) for channel in rows]
    return list(zip(rows.values_list(*fields), extra, strict=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whole", range(8))
def test_an_import_that_breaks_off_is_finished_by_repeating_it(whole: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_lists, "ROWS_AT_ONCE", 3)
    calm, struck = make_operator(), make_operator()
    for operator in (calm, struck):
        bring_in(operator, *LONG)
    bring_in(calm, *CHANGED, disable_missing=True)
    left = iter(range(whole))

    def strike(**news: Any) -> None:
        announce(**news)
        if news["entity"] == "catalog.channel" and next(left, None) is None:
            raise OperationalError("the disk is full")

    before = state_of(struck)
    with monkeypatch.context() as patched:
        patched.setattr(channel_lists, "announce", strike)
        with nullcontext() if whole > 5 else pytest.raises(OperationalError):
            bring_in(struck, *CHANGED, disable_missing=True)
    assert (state_of(struck) == before) == (whole == 0)
    report = bring_in(struck, *CHANGED, disable_missing=True)
    assert report.created + report.updated + report.unchanged == len(CHANGED)
    assert state_of(struck) == state_of(calm)


@pytest.mark.django_db(transaction=True)
def test_others_write_between_the_transactions_of_a_long_list(monkeypatch: pytest.MonkeyPatch) -> None:
    operator = make_operator()
    seen: list[int] = []

    def look_and_write() -> None:
        seen.append(Channel.objects.of(operator.pk).count())
        make_category(name=f"Written meanwhile {len(seen)}")
        connections.close_all()

    def pausing(**news: Any) -> None:
        announce(**news)
        transaction.on_commit(lambda: _in_a_thread(look_and_write))

    monkeypatch.setattr(channel_lists, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(channel_lists, "announce", pausing)
    bring_in(operator, *(replace(each, groups=()) for each in LONG))
    assert seen == [3, 6, 9]
    assert Category.objects.filter(name__startswith="Written meanwhile").count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_list_at_once_do_not_make_its_channels_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_lists, "ROWS_AT_ONCE", 2)
    operator = make_operator()
    outcomes = at_once(*[lambda: bring_in(operator, *LONG).created] * 2)
    assert all(isinstance(each, int | ListBusy) for each in outcomes)
    bring_in(operator, *LONG)
    assert sorted(names(operator)) == sorted(each.name for each in LONG)


@pytest.mark.parametrize("change", [{"import_key": "+"}, None])
def test_what_somebody_else_did_to_the_lists_channels_stops_an_import(
    change: dict[str, str] | None, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_in(operator, *LONG)
    monkeypatch.setattr(channel_lists, "ROWS_AT_ONCE", 3)

    def meddling(**news: Any) -> None:
        announce(**news)
        last = Channel.objects.filter(name="Name 8")
        last.update(**change) if change else last.delete()

    monkeypatch.setattr(channel_lists, "announce", meddling)
    with pytest.raises(ListBusy):
        bring_in(operator, *CHANGED)


def _in_a_thread(work: Any) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join()

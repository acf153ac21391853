"""Channels find their guides, and people have the last word."""

import pytest
from tests.factories import make_channel, make_guide_channel, make_guide_source, make_operator

from headend.catalog.actions.guide_matches import (
    MatchReport,
    choose_guide,
    confirm_matches,
    match_guides,
    match_guides_of_source,
    refuse_matches,
    reopen_matches,
)
from headend.catalog.errors import UnknownGuideChannel
from headend.catalog.models import Channel, GuideChannel, MatchState
from headend.catalog.queries import guide_candidates, matches_to_review
from headend.kernel.actor import Actor, ActorKind
from headend.operators.models import AuditEntry, Change, Operator

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorKind.STAFF, "ann", 7)


@pytest.fixture
def operator() -> Operator:
    return make_operator()


def guide_of(channel: Channel) -> tuple[GuideChannel | None, str]:
    fresh = Channel.objects.get(pk=channel.pk)
    return fresh.guide_channel, fresh.guide_match


def test_matching_by_id_and_by_name(operator: Operator) -> None:
    news, films = (
        make_guide_channel(guide_id="News.uk", name="x"),
        make_guide_channel(name="Films", names=["Films", "Filme"]),
    )
    twins = [make_guide_channel(source=films.source, name="Twin") for _ in range(2)]
    by_id = make_channel(operator=operator, guide_id="news.uk@HD")
    by_name = make_channel(operator=operator, name="Kino", name_lang2="FILME HD")
    by_list_name = make_channel(operator=operator, name="Kino 2", meta={"list": {"guide_name": "films"}})
    twin = make_channel(operator=operator, name="Twin")
    nothing = make_channel(operator=operator, name="Films +1", meta=["odd"])
    assert match_guides(actor=STAFF, operator=operator) == MatchReport(
        by_id=1, by_name=2, unmatched=1, changed=3, ambiguous=("Twin",)
    )
    assert guide_of(by_id) == (news, MatchState.BY_ID)
    assert guide_of(by_name) == guide_of(by_list_name) == (films, MatchState.BY_NAME)
    assert guide_of(twin) == guide_of(nothing) == (None, MatchState.NONE)
    assert len(twins) == 2


def test_matching_again_writes_nothing(operator: Operator) -> None:
    make_guide_channel(name="News")
    make_channel(operator=operator, name="News")
    assert match_guides(actor=STAFF, operator=operator).changed == 1
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.entity, entry.changes) == (
        "match",
        "catalog.channel",
        {"by_id": 0, "by_name": 1, "changed": 1},
    )
    assert list(Change.objects.values_list("operator", "entity", "object_id")) == [
        (operator.pk, "catalog.channel", None)
    ]
    assert match_guides(actor=STAFF, operator=operator).changed == 0
    assert AuditEntry.objects.count() == 1


def test_a_guide_that_went_away_is_looked_for_again(operator: Operator) -> None:
    guide, channel = make_guide_channel(name="News"), make_channel(operator=operator, name="News")
    match_guides(actor=STAFF, operator=operator)
    guide.delete()
    assert guide_of(channel) == (None, MatchState.BY_NAME)
    match_guides(actor=STAFF, operator=operator)
    assert guide_of(channel) == (None, MatchState.NONE)


def test_a_name_match_becomes_an_id_match(operator: Operator) -> None:
    guide, channel = make_guide_channel(guide_id="news", name="News"), make_channel(operator=operator, name="News")
    match_guides(actor=STAFF, operator=operator)
    Channel.objects.update(guide_id="news")
    match_guides(actor=STAFF, operator=operator)
    assert guide_of(channel) == (guide, MatchState.BY_ID)


def test_guides_of_other_operators_are_not_seen(operator: Operator) -> None:
    make_guide_channel(source=make_guide_source(operator=make_operator()), name="News")
    channel = make_channel(operator=operator, name="News")
    assert match_guides(actor=STAFF, operator=operator).unmatched == 1
    assert guide_candidates(operator, [channel]) == {channel.pk: []}


def test_an_operators_own_source_goes_first(operator: Operator) -> None:
    make_guide_channel(guide_id="news")
    own = make_guide_channel(source=make_guide_source(operator=operator), guide_id="news")
    channel = make_channel(operator=operator, guide_id="news")
    match_guides(actor=STAFF, operator=operator)
    assert guide_of(channel) == (own, MatchState.BY_ID)


def test_what_a_person_decided_stays(operator: Operator) -> None:
    guide, chosen = make_guide_channel(name="News"), make_guide_channel()
    confirmed, refused, by_hand = (make_channel(operator=operator, name="News") for _ in range(3))
    match_guides(actor=STAFF, operator=operator)
    for channel in (confirmed, refused, by_hand):
        channel.refresh_from_db()
    assert confirm_matches(actor=STAFF, channels=[confirmed]) == 1
    assert confirm_matches(actor=STAFF, channels=[confirmed]) == 0
    assert refuse_matches(actor=STAFF, channels=[refused]) == 1
    choose_guide(actor=STAFF, channel=by_hand, guide_channel=chosen)
    GuideChannel.objects.filter(pk=guide.pk).update(name="Other")
    assert match_guides(actor=STAFF, operator=operator) == MatchReport()
    assert guide_of(confirmed) == (guide, MatchState.BY_HAND)
    assert guide_of(refused) == (None, MatchState.REFUSED)
    assert guide_of(by_hand) == (chosen, MatchState.BY_HAND)


def test_there_is_nothing_to_confirm_without_a_guide(operator: Operator) -> None:
    channel = make_channel(operator=operator)
    assert confirm_matches(actor=STAFF, channels=[channel]) == 0
    assert guide_of(channel) == (None, MatchState.NONE)


def test_a_decision_can_be_taken_back(operator: Operator) -> None:
    guide, channel = make_guide_channel(name="News"), make_channel(operator=operator, name="News")
    refuse_matches(actor=STAFF, channels=[channel])
    assert reopen_matches(actor=STAFF, channels=[channel]) == 1
    match_guides(actor=STAFF, operator=operator)
    assert guide_of(channel) == (guide, MatchState.BY_NAME)


def test_another_operators_guide_cannot_be_chosen(operator: Operator) -> None:
    guide = make_guide_channel(source=make_guide_source(operator=make_operator()))
    channel = make_channel(operator=operator)
    with pytest.raises(UnknownGuideChannel):
        choose_guide(actor=STAFF, channel=channel, guide_channel=guide)
    assert guide_of(channel) == (None, MatchState.NONE)


def test_after_a_guide_import_all_whom_the_source_serves_are_matched(operator: Operator) -> None:
    shared, own = make_guide_source(), make_guide_source(operator=operator)
    make_guide_channel(source=shared, name="News")
    make_guide_channel(source=own, name="Own")
    neighbour = make_operator()
    channels = [make_channel(operator=who, name=name) for who in (operator, neighbour) for name in ("News", "Own")]
    match_guides_of_source(actor=STAFF, source=own)
    assert [guide_of(channel)[1] for channel in channels] == ["by_name", "by_name", "none", "none"]
    match_guides_of_source(actor=STAFF, source=shared)
    assert [guide_of(channel)[1] for channel in channels] == ["by_name", "by_name", "by_name", "none"]


def test_the_review_list(operator: Operator) -> None:
    guide = make_guide_channel(name="Discovery")
    by_name = make_channel(operator=operator, name="Discovery")
    alike = make_channel(operator=operator, name="Discovery Channel")
    make_channel(name="Discovery")
    match_guides(actor=STAFF, operator=operator)
    assert list(matches_to_review(operator)) == [by_name]
    assert list(matches_to_review(operator, MatchState.NONE)) == [alike]
    found = guide_candidates(operator, [by_name, alike])
    assert {number: [(c.guide_channel, c.score) for c in candidates] for number, candidates in found.items()} == {
        by_name.pk: [(guide, 1.0)],
        alike.pk: [(guide, 0.95)],
    }

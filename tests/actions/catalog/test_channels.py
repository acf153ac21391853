"""Changing many channels at once."""

import pytest
from tests.factories import make_category, make_channel, make_operator

from headend.catalog.actions.channels import renumber, reorder, set_category, set_enabled
from headend.catalog.models import Channel
from headend.kernel.actor import Actor, ActorKind
from headend.kernel.errors import Invalid
from headend.operators.models import AuditEntry, Change, Operator

pytestmark = pytest.mark.django_db
STAFF = Actor(ActorKind.STAFF, "ann", 7)


@pytest.fixture
def operator() -> Operator:
    return make_operator()


def make_channels(operator: Operator, *names: str) -> list[Channel]:
    return [make_channel(operator=operator, name=name, sort=place) for place, name in enumerate(names)]


def names(operator: Operator) -> list[str]:
    return [channel.name for channel in Channel.objects.of(operator.pk)]


def test_switching_off_and_on(operator: Operator) -> None:
    one, two = make_channels(operator, "One", "Two")
    assert set_enabled(actor=STAFF, channels=[one], is_enabled=False) == 1
    assert set_enabled(actor=STAFF, channels=[one, two], is_enabled=False) == 1
    assert set_enabled(actor=STAFF, channels=[one, two], is_enabled=False) == 0
    assert list(Channel.objects.of(operator.pk).values_list("is_enabled", flat=True)) == [False, False]
    entries = AuditEntry.objects.order_by("id").values_list("actor_name", "object_name", "changes__is_enabled")
    assert list(entries) == [("ann", "One", [True, False]), ("ann", "Two", [True, False])]
    assert Change.objects.count() == 2


def test_a_category_for_many(operator: Operator) -> None:
    channels, news = make_channels(operator, "One", "Two"), make_category(operator=operator, name="News")
    assert set_category(actor=STAFF, channels=channels, category=news) == 2
    assert set_category(actor=STAFF, channels=channels[:1], category=None) == 1
    assert list(Channel.objects.of(operator.pk).values_list("category__name", flat=True)) == [None, "News"]


def test_a_category_of_another_operator_is_refused(operator: Operator) -> None:
    channels = make_channels(operator, "One")
    with pytest.raises(Invalid):
        set_category(actor=STAFF, channels=channels, category=make_category())
    assert Channel.objects.get().category is None


def test_numbering_through(operator: Operator) -> None:
    one, two, three = make_channels(operator, "One", "Two", "Three")
    assert renumber(actor=STAFF, channels=[three, one], start=100) == 2
    numbers = Channel.objects.of(operator.pk).values_list("name", "lcn")
    assert dict(numbers) == {"One": 101, "Two": None, "Three": 100}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], "ABCD"),
        ("DCBA", "DCBA"),
        ("CA", "CBAD"),
        ("DA", "DBCA"),
        ("BB", "ABCD"),
    ],
)
def test_reordering(operator: Operator, wanted: str, expected: str) -> None:
    channels = {channel.name: channel for channel in make_channels(operator, *"ABCD")}
    reorder(actor=STAFF, operator=operator, channels=[channels[name] for name in wanted])
    assert names(operator) == list(expected)
    assert list(Channel.objects.of(operator.pk).values_list("sort", flat=True)) == [10, 20, 30, 40]


def test_reordering_leaves_other_operators_alone(operator: Operator) -> None:
    make_channels(operator, "A", "B")
    stranger = make_channel(name="Stranger", sort=7)
    reorder(actor=STAFF, operator=operator, channels=[stranger])
    stranger.refresh_from_db()
    assert (stranger.sort, names(operator)) == (7, ["A", "B"])

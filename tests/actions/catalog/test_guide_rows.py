"""Programmes written as rows are what they would be as models."""

import pytest

from headend.catalog.actions.guide_rows import Row, insert
from headend.catalog.models import GuideChannel, GuideSource, Programme

pytestmark = pytest.mark.django_db

MANY = 1500  # more than SQLite takes in one statement


@pytest.fixture
def channel() -> int:
    source = GuideSource.objects.create(name="rows")
    return GuideChannel.objects.create(source=source, guide_id="a", name="A").pk


def row(channel: int, start: int, number: int | None = None, title: str = "T") -> Row:
    return Row(number, channel, start, start + 60, title, None, 12, '{"a": "%s ü 100%"}', -(2**63) + start)


def test_all_columns_are_written(channel):
    insert([row(channel, 60, title="Ünö 50% %s '\"\\")])
    (made,) = Programme.objects.values()
    del made["id"]
    assert made == {
        "guide_channel_id": channel,
        "start": 60,
        "stop": 120,
        "title": "Ünö 50% %s '\"\\",
        "category_id": None,
        "age": 12,
        "details": '{"a": "%s ü 100%"}',
        "fingerprint": -(2**63) + 60,
    }


def test_many_are_written_in_portions(channel):
    insert([row(channel, start) for start in range(MANY)])
    assert list(Programme.objects.order_by("start").values_list("start", flat=True)) == list(range(MANY))


def test_rows_with_a_number_keep_it_beside_rows_without(channel):
    insert([row(channel, 1, number=77), row(channel, 2)])
    assert Programme.objects.get(start=1).pk == 77
    assert Programme.objects.get(start=2).pk != 77


def test_what_is_there_stays(channel):
    insert([row(channel, 1, title="First")])
    insert([row(channel, 1, title="Second"), row(channel, 2, title="Third")])
    assert list(Programme.objects.order_by("start").values_list("title", flat=True)) == ["First", "Third"]


def test_nothing_is_written_of_nothing():
    insert([])
    assert not Programme.objects.exists()

"""Saving and deleting records: what changed is written down once, in the transaction of the write, for each record."""

import pytest
from django.db import IntegrityError
from tests.factories import make_category, make_channel, make_operator, make_tariff

from headend.catalog.models import Category, Channel, Tariff
from headend.kernel.actor import Actor, ActorKind
from headend.operators.actions import add_many, delete, delete_many, save, save_many, save_operator
from headend.operators.errors import OperatorLoop
from headend.operators.models import AuditEntry, Change, Operator

pytestmark = pytest.mark.django_db

ADA = Actor(ActorKind.STAFF, "ada", 7, "192.0.2.9")


def entries():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", "entity", "object_id", "changes"))


def news():
    return sorted(Change.objects.values_list("entity", "object_id"))


def test_a_new_record_is_written_down_with_who_and_where():
    operator = make_operator()
    category = Category(operator=operator, name="News")
    save(actor=ADA, obj=category)
    entry = AuditEntry.objects.get()
    assert (entry.actor_kind, entry.actor_id, entry.actor_name, entry.address) == ("staff", 7, "ada", "192.0.2.9")
    assert (entry.operator, entry.verb, entry.object_name) == (operator, "add", "News")
    assert entry.changes["name"] == [None, "News"]
    assert news() == [("catalog.category", category.pk)]


def test_fields_and_links_stand_in_one_entry():
    operator = make_operator()
    first, second = (make_channel(operator=operator) for _ in range(2))
    tariff = make_tariff(operator=operator, name="Base", channels=[first])
    tariff.name = "Basis"
    save(actor=ADA, obj=tariff, links={"channels": [second]})
    assert set(tariff.channels.all()) == {second}
    changes = {"name": ["Base", "Basis"], "channels": {"added": [second.pk], "removed": [first.pk]}}
    assert entries() == [("change", "catalog.tariff", tariff.pk, changes)]
    assert news() == [("catalog.tariff", tariff.pk)]


def test_links_alone_are_a_change_and_the_same_links_are_none():
    channel = make_channel()
    tariff = make_tariff(operator=channel.operator)
    save(actor=ADA, obj=tariff, links={"channels": [channel]})
    save(actor=ADA, obj=tariff, links={"channels": [channel]})
    save(actor=ADA, obj=tariff)
    assert entries() == [("change", "catalog.tariff", tariff.pk, {"channels": {"added": [channel.pk], "removed": []}})]


def test_many_records_get_an_entry_each_and_only_those_that_changed():
    operator = make_operator()
    channels = [make_channel(operator=operator, recording_days=days) for days in (0, 7, 3)]
    before = channels[0].updated_at
    for channel in channels:
        channel.recording_days = 7
    assert save_many(actor=ADA, objects=channels, fields=["recording_days"]) == 2
    assert set(Channel.objects.values_list("recording_days", flat=True)) == {7}
    assert entries() == [
        ("change", "catalog.channel", channels[0].pk, {"recording_days": [0, 7]}),
        ("change", "catalog.channel", channels[2].pk, {"recording_days": [3, 7]}),
    ]
    assert news() == [("catalog.channel", channels[0].pk), ("catalog.channel", channels[2].pk)]
    channels[0].refresh_from_db()
    assert channels[0].updated_at > before
    assert save_many(actor=ADA, objects=channels, fields=["recording_days"]) == 0
    assert save_many(actor=ADA, objects=[], fields=["recording_days"]) == 0


def test_a_record_that_has_gone_meanwhile_is_left_out():
    channel = make_channel()
    Channel.objects.all().delete()
    channel.lcn = 5
    assert save_many(actor=ADA, objects=[channel], fields=["lcn"]) == 0
    assert entries() == []


def test_many_records_are_added_and_deleted_with_an_entry_each():
    operator = make_operator()
    made = [Category(operator=operator, name=f"Category {n}") for n in range(3)]
    add_many(actor=ADA, objects=made)
    assert [entry[:3] for entry in entries()] == [("add", "catalog.category", each.pk) for each in made]
    assert delete_many(actor=ADA, objects=Category.objects.filter(operator=operator)) == 3
    assert not Category.objects.exists()
    assert [entry[0] for entry in entries()] == ["add"] * 3 + ["delete"] * 3
    assert len(news()) == 6


def test_all_or_nothing():
    operator = make_operator()
    make_category(operator=operator, name="Taken")
    made = [Category(operator=operator, name=name) for name in ("Free", "Taken")]
    with pytest.raises(IntegrityError):
        add_many(actor=ADA, objects=made)
    assert list(Category.objects.values_list("name", flat=True)) == ["Taken"]
    assert entries() == news() == []


def test_a_deletion_names_what_is_gone():
    category = make_category(name="Old")
    number = category.pk
    delete(actor=ADA, obj=category)
    assert entries() == [("delete", "catalog.category", number, {})]
    assert AuditEntry.objects.get().object_name == "Old"
    assert news() == [("catalog.category", number)]


def test_an_operator_keeps_its_place_in_the_tree():
    root, other = make_operator(name="Root"), make_operator(name="Other")
    child = save_operator(actor=ADA, operator=Operator(name="Child", parent=root))
    grandchild = save_operator(actor=ADA, operator=Operator(name="Grandchild", parent=child))
    assert grandchild.path == f"{root.pk}/{child.pk}/{grandchild.pk}/"
    child.parent = other
    save_operator(actor=ADA, operator=child)
    grandchild.refresh_from_db()
    assert grandchild.path == f"{other.pk}/{child.pk}/{grandchild.pk}/"
    last = AuditEntry.objects.order_by("-pk").first()
    assert (last.verb, last.changes["parent"]) == ("change", [root.pk, other.pk])


def test_an_operator_that_did_not_change_is_not_written():
    operator = make_operator()
    save_operator(actor=ADA, operator=operator)
    assert entries() == news() == []


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_an_operator_cannot_stand_below_itself(depth):
    chain = [make_operator()]
    for _ in range(2):
        chain.append(make_operator(parent=chain[-1]))
    chain[0].parent = chain[depth]
    with pytest.raises(OperatorLoop):
        save_operator(actor=ADA, operator=chain[0])
    assert Operator.objects.get(pk=chain[0].pk).parent is None
    assert Tariff.objects.count() == 0

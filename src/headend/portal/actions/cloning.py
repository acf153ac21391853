"""A new operator with what another one shows: its channels, titles, radio stations, cameras and applications."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from django.db import models, transaction

from headend.cameras.models import Camera, City
from headend.catalog.models import Category, Channel, CopyrightHolder, GuideChannel, Radio, Tariff
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import add_many, save_operator
from headend.operators.models import Operator, OperatorOwned
from headend.portal.models import Application
from headend.vod.models import (
    Asset,
    Episode,
    Genre,
    Person,
    PriceCategory,
    Season,
    SkipFragment,
    Title,
    VideoProvider,
)

AT_ONCE = 500


class Part(StrEnum):
    CHANNELS = "channels"
    VIDEO = "video"
    RADIO = "radio"
    CAMERAS = "cameras"
    APPLICATIONS = "apps"


PARTS: Mapping[Part, tuple[type[OperatorOwned], ...]] = {
    Part.CHANNELS: (Category, CopyrightHolder, Channel, Tariff),
    Part.VIDEO: (Genre, Person, VideoProvider, PriceCategory, Title, Season, Episode, Asset, SkipFragment),
    Part.RADIO: (Radio,),
    Part.CAMERAS: (City, Camera),
    Part.APPLICATIONS: (Application,),
}
"""What belongs to a part, each after what it points at."""

Copies: TypeAlias = dict[tuple[Any, Any], models.Model]
"""The new records by model and old number."""


@transaction.atomic
def clone_operator(*, actor: Actor, source: Operator, parts: Collection[Part]) -> Operator:
    """Make an operator with the settings of another one beside it, and copies of some parts of what it shows.

    A link to something that is not copied is left out, unless that serves all operators; keys, staff and households
    are nobody's to copy.
    """
    operator = Operator.objects.get(pk=source.pk)
    operator.pk, operator._state.adding = None, True
    operator.name, operator.path = _free_name(source.name), ""
    for field in operator._meta.concrete_fields:
        if field.unique and not field.primary_key:
            setattr(operator, field.attname, field.get_default())
    save_operator(actor=actor, operator=operator)
    copies: Copies = {}
    for part in Part:
        for model in PARTS[part] if part in parts else ():
            _copy(actor, source, operator, model, copies)
    return operator


def _free_name(name: str) -> str:
    taken = set(Operator.objects.filter(name__startswith=name[:180]).values_list("name", flat=True))
    names = (f"{name[:180]} ({number})" for number in range(2, len(taken) + 3))
    return next(each for each in names if each not in taken)


def _copy(actor: Actor, source: Operator, operator: Operator, model: type[OperatorOwned], copies: Copies) -> None:
    """Copy all records of a model, those that stand on others of their kind last, and then their links."""
    old = list(model._default_manager.filter(operator=source).order_by("pk"))
    own = [field.attname for field in model._meta.concrete_fields if field.related_model is model]
    for stand_on_others in (False, True):
        some = [record for record in old if any(getattr(record, name) for name in own) is stand_on_others]
        made = {record.pk: _new(record, operator, copies) for record in some}
        add_many(actor=actor, objects=list(made.values()))
        copies |= {(model, number): copy for number, copy in made.items()}
    for field in model._meta.many_to_many:
        through: Any = field.remote_field.through
        if through._meta.auto_created:
            _link(field, [record.pk for record in old], copies)


def _new(record: models.Model, operator: Operator, copies: Copies) -> models.Model:
    copy = type(record)()
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if field.related_model is None and not field.primary_key:
            setattr(copy, field.attname, value)
        elif field.name == "operator":
            setattr(copy, "operator", operator)  # noqa: B010 - a model in general has none
        elif field.related_model is GuideChannel:
            shared = GuideChannel.objects.filter(pk=value, source__operator=None).exists()
            setattr(copy, field.attname, value if shared else None)
        elif not field.primary_key:
            setattr(copy, field.name, copies.get((field.related_model, value)))
    return copy


def _link(field: Any, numbers: Sequence[int], copies: Copies) -> None:
    """Lead from the copies to the copies of what was linked, or to the same where that serves all operators."""
    through, begin, end = field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()
    model, target = field.model, field.related_model
    is_shared = not issubclass(target, OperatorOwned)
    pairs = [
        pair
        for some in portions(numbers, AT_ONCE)
        for pair in through._default_manager.filter(**{f"{begin}__in": some}).order_by("pk").values_list(begin, end)
    ]
    links = (
        (copies[model, one].pk, other if is_shared else _number(copies.get((target, other)))) for one, other in pairs
    )
    through._default_manager.bulk_create(
        [through(**{begin: one, end: other}) for one, other in links if other], batch_size=500
    )


def _number(record: models.Model | None) -> int | None:
    return record.pk if record else None

"""Titles, who directed them and what viewers' ratings make of them."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from headend.kernel.actor import Actor
from headend.kernel.names import fold
from headend.operators.actions import Links, save
from headend.vod.models import Asset, Person, PersonRole, Title
from headend.vod.rules import average, sort_text


@transaction.atomic
def count_rating(*, title: Title, total: int, number: int) -> float:
    """Write down the sum and number of a title's ratings; gives their average. A habit of viewers, not audited."""
    rating = average(total, number)
    Title.objects.filter(pk=title.pk).update(viewer_rating=rating, viewer_ratings=number)
    return rating


@transaction.atomic
def save_title(
    *,
    actor: Actor,
    title: Title,
    links: Links | None = None,
    file_name: str | None = None,
    directors: Sequence[Sequence[str]] | None = None,
) -> Title:
    """Create or change a title.

    `file_name` becomes that of its first own file, which is made when it has none. `directors` are the names of those
    that it has from now on; see `directors_named`.
    """
    linked = dict(links or {})
    if directors is not None:
        persons = linked.get("persons", title.persons.all() if title.pk else ())
        others = [person for person in persons if person.role != PersonRole.DIRECTOR]  # type: ignore[attr-defined]
        named = directors_named(actor=actor, operator_id=title.operator_id, names=directors)
        linked["persons"] = [*others, *named]
    save(actor=actor, obj=title, links=linked)
    if file_name is not None:
        own = Asset.objects.filter(title=title, episode=None, is_trailer=False).order_by("sort", "pk").first()
        asset = own or Asset(operator_id=title.operator_id, title=title, name=title.name)
        asset.file_name = file_name
        save(actor=actor, obj=asset)
    return title


@transaction.atomic
def directors_named(*, actor: Actor, operator_id: int, names: Sequence[Sequence[str]]) -> list[Person]:
    """`persons_named` for directors."""
    return persons_named(actor=actor, operator_id=operator_id, role=PersonRole.DIRECTOR, names=names)


@transaction.atomic
def persons_named(*, actor: Actor, operator_id: int, role: PersonRole, names: Sequence[Sequence[str]]) -> list[Person]:
    """The persons of these names, in the operator's language and in its extra ones; those not known yet are made.

    `names` has for each person the name and then up to five others, "" where there is none.
    """
    known = {fold(person.name): person for person in _persons(operator_id, role, [each[0] for each in names])}
    found = []
    for name, *others in names:
        if fold(name) not in known:
            extra = {f"name_lang{number}": other for number, other in enumerate(others, 1) if other}
            person = Person(operator_id=operator_id, name=name, role=role, **extra)
            save(actor=actor, obj=person)
            known[fold(name)] = person
        found.append(known[fold(name)])
    return found


def _persons(operator_id: int, role: PersonRole, names: Iterable[str]) -> Iterable[Person]:
    folded = [sort_text(name) for name in names]
    persons: Iterable[Person] = Person.objects.of(operator_id).filter(role=role, sort_name__in=folded)
    return persons

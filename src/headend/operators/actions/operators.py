"""Operators and their place in the tree."""

from contextlib import suppress

from django.db import IntegrityError, transaction

from headend.kernel.actor import Actor
from headend.operators.actions.audit import difference, record
from headend.operators.errors import OperatorLoop
from headend.operators.models import Operator
from headend.operators.rules import path_of


@transaction.atomic
def save_operator(*, actor: Actor, operator: Operator) -> Operator:
    """Create or change an operator and keep its place in the tree; OperatorLoop when it would hang below itself.

    A new one may have a number already, by which its devices know it.
    """
    parent = operator.parent
    before = Operator.objects.filter(pk=operator.pk).first() if operator.pk else None
    if parent is not None and before is not None and parent.path.startswith(before.path):
        raise OperatorLoop(f"{operator} cannot stand below {parent}")
    if before is None:
        _number(operator)
    operator.path = path_of(parent.path if parent else "", operator.pk)
    changes = difference(before, operator)
    if before is not None and not changes:
        return operator
    if before is not None and before.path != operator.path:
        _move_children(before.path, operator.path)
    operator.save()
    record(actor=actor, verb="change" if before else "add", obj=operator, changes=changes)
    return operator


def _number(operator: Operator) -> None:
    """Write a new operator; where its number was chosen, those that follow get numbers after it."""
    chosen = operator.pk
    operator.save(force_insert=True)
    given = 0
    while chosen is not None and given <= chosen:
        # PostgreSQL counts on by itself, also what is taken back, and would give the chosen number out again.
        with suppress(IntegrityError), transaction.atomic():
            given = Operator.objects.create(name=operator.name).pk
            transaction.set_rollback(True)


def _move_children(old_path: str, new_path: str) -> None:
    below = Operator.objects.filter(path__startswith=old_path).exclude(path=old_path)
    for child in below:
        child.path = new_path + child.path[len(old_path) :]
        child.save(update_fields=["path"])

"""Which operators a command is for."""

from collections.abc import Collection

from django.core.management import CommandError

from headend.operators.models import Operator


def chosen_operators(numbers: Collection[int] | None) -> list[Operator]:
    """The operators with these numbers, all for None; raises CommandError for one that there is not."""
    if numbers is None:
        return list(Operator.objects.order_by("pk"))
    found = Operator.objects.in_bulk(numbers)
    for number in numbers:
        if number not in found:
            raise CommandError(f"there is no operator {number}")
    return [found[number] for number in dict.fromkeys(numbers)]

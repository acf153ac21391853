"""News for the gate: that something waits for accounts, or no longer does."""

from collections.abc import Iterable

from headend.operators.actions import announce


def tell_of_accounts(operator_id: int, accounts: Iterable[int]) -> None:
    """Have the gate read accounts anew; what waits for them is part of what it knows of them."""
    announce(operator_id=operator_id, entity="subscribers.account", object_ids=accounts)

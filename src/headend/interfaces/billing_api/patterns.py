"""Numbers of accounts by a pattern, as other systems send one: a small part of regular expressions.

What would take a hostile pattern long is refused: groups, and more than a few repetitions.
"""

import re

from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast

from headend.interfaces.wire.errors import Refused
from headend.subscribers.models import Account

LONGEST = 100
MOST_REPETITIONS = 4
_ATOM = r"(?:[0-9.]|\\d|\[\^?[0-9-]+\])"
_REPETITION = r"(?:[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})"
_KNOWN = re.compile(rf"(?:{_ATOM}{_REPETITION}?|[\^$|])+")


def matching(accounts: QuerySet[Account], pattern: str, *, number: int) -> QuerySet[Account]:
    """Keep the accounts in whose number the pattern is found; refuses with `number` one that is not known here."""
    if not is_known(pattern):
        raise Refused(number, "abonement_regexp is no pattern that is known here")
    found = accounts.annotate(number_text=Cast("number", CharField(max_length=20)))
    return found.filter(number_text__regex=pattern.replace(r"\d", "[0-9]"))


def is_known(pattern: str) -> bool:
    """Say whether a pattern is one of those that every database reads alike, and quickly."""
    if len(pattern) > LONGEST or not _KNOWN.fullmatch(pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:  # "[9-0]"
        return False
    return len(re.findall(_REPETITION, pattern)) <= MOST_REPETITIONS

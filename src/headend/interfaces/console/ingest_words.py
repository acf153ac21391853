"""What ingest has written down, in the language of whoever reads it.

Kept are English texts, which other systems are told too. A sentence of ours in them is translated; what stands around
it (values, and what other programs and edges say) stays as it is.
"""

import re

from django.utils.translation import gettext, gettext_noop

from headend.ingest.deviations import FAULTS

REASONS = (
    gettext_noop("a defect, which the program's log describes"),
    gettext_noop("duplicate: the asset is published already"),
    gettext_noop("no package has inserted this asset"),
    gettext_noop("stopped"),
    gettext_noop("the disk is full"),
    gettext_noop("there is no edge to send it to"),
    gettext_noop("there is no such asset to unpublish"),
    gettext_noop("waits for the package that inserts this asset"),
    gettext_noop("what worked on it has ended"),
)
_SENTENCES = frozenset(REASONS) | {fault.text for fault in FAULTS.values()}
_BEGINS, _ENDS = re.compile(r"^|(?<=: )"), re.compile(r"$|(?=: )|(?= \()")


def in_words(text: str) -> str:
    """A text of ingest with the first of our own sentences translated; the longest where several begin alike."""
    for begin in (each.start() for each in _BEGINS.finditer(text)):
        for end in reversed([each.start() for each in _ENDS.finditer(text, begin)]):
            if text[begin:end] in _SENTENCES:
                return f"{text[:begin]}{gettext(text[begin:end])}{text[end:]}"
    return text

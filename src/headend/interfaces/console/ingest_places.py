"""Which folders of this machine staff may name: superusers any, others those of their operator."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from headend.ingest.actions.inboxes import overlapping
from headend.ingest.models import Inbox
from headend.ingest.rules.folders import FOLDERS
from headend.operators.models import Staff


def folder_of_operator(operator_id: int) -> str:
    """Where an operator's staff may have inboxes, below the data directory."""
    return f"ingest/{operator_id}"


def check_inbox_path(path: str, staff: Staff, operator_id: int | None) -> str:
    """A folder as its inbox keeps it; raises ValidationError when it is not theirs to name."""
    if "\0" in path:
        raise ValidationError(_("This is no folder."))
    plain = os.path.normpath(path.strip() or ".")
    own = folder_of_operator(operator_id or 0)
    if not staff.is_superuser and not plain.startswith(f"{own}/"):
        raise ValidationError(
            _("Name a folder below %(folder)s/; other places are for superusers."), params={"folder": own}
        )
    return plain


def problem_of_inbox_path(inbox: Inbox) -> str:
    """What is wrong with where an inbox is: another one's folders lie inside it, or it inside them. "" when nothing."""
    if overlapping(inbox, settings.HEADEND.data):
        return _("This folder, or one around it or inside it, is another inbox's.")
    return ""


def problem_of_folders(folders: Any) -> str:
    """What is wrong with the names of an inbox's folders; "" when nothing."""
    if not isinstance(folders, Mapping) or set(folders) - set(FOLDERS):
        return _("There are these folders: %(names)s.") % {"names": ", ".join(FOLDERS)}
    names = {**FOLDERS, **folders}
    if wrong := [name for name in names.values() if not _is_plain(name)]:
        return _("“%(name)s” is no folder inside the inbox.") % {"name": str(wrong[0])[:100]}
    if len(_distinct(names.values())) < len(names):
        return _("Each of them needs a folder of its own.")
    return ""


def _is_plain(name: Any) -> bool:
    if not isinstance(name, str) or not name or not name.isprintable() or "\\" in name or len(name) > 200:
        return False
    return not name.startswith("/") and ".." not in name.split("/")


def _distinct(names: Iterable[str]) -> set[str]:
    return {os.path.normpath(name) for name in names}

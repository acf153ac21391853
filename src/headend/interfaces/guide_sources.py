"""Guides that are fetched: with what they are read, and what whose source may reach."""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from headend.catalog.actions.guide import Reading, import_from_source
from headend.catalog.models import GuideSource
from headend.catalog.ports import Fetch, GuideReport
from headend.kernel.actor import Actor


def reading() -> Reading:
    """How guides are read here."""
    return Reading(import_string(settings.GUIDE_FORMAT), settings.HEADEND.data / "spool")


def fetch_anything() -> Fetch:
    """What reaches files and every address: for what those handed in who may do everything."""
    fetch: Fetch = import_string(settings.FETCH)
    return fetch


def import_source(*, actor: Actor, source: GuideSource, now: datetime, is_forced: bool = False) -> GuideReport:
    """Import a source now, an operator's own from public addresses only; raises what `import_from_source` raises."""
    public: Any = partial(import_string(settings.FETCH_PUBLIC), allowed=settings.HEADEND.fetch_networks)
    fetch = fetch_anything() if source.operator_id is None else public
    return import_from_source(actor=actor, source=source, fetch=fetch, reading=reading(), now=now, is_forced=is_forced)

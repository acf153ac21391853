"""Bringing guides in: from a stream, from a source's own address, when a source is due."""

import fcntl
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from random import uniform
from typing import Any, BinaryIO, cast
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from headend.catalog.actions.guide_matches import match_guides_of_source
from headend.catalog.actions.guide_programmes import GUIDE_CHANNEL, Count, Writer
from headend.catalog.actions.guide_spool import Spool
from headend.catalog.errors import FetchFailed, GuideBusy
from headend.catalog.models import GuideCategoryMapping, GuideChannel, GuideSource, Programme
from headend.catalog.ports import (
    ChannelDraft,
    Fetch,
    GuideFormat,
    GuideReport,
    KnownProgramme,
    ProgrammeDraft,
    Validators,
)
from headend.catalog.queries import guide_sources_called
from headend.kernel.actor import Actor
from headend.kernel.errors import HeadendError, Invalid
from headend.operators.actions import announce, forget, record, save

PROBLEMS_KEPT = 200  # with the source
MOST_CATEGORIES = 5000
LONGEST_NAME = 100
ROWS_AT_ONCE = 1000
LONGEST_WORD = 200
PROGRAMMES = (ProgrammeDraft, KnownProgramme)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a guide is read: its format, where large things may lie for a while, and who hears how far it is. What
    `progress` raises ends the import; what `guard` raises also takes the transaction back in which it is called."""

    read: GuideFormat
    spool: Path
    progress: Progress = lambda *_: None
    guard: Callable[[], None] = lambda: None


def import_guide(
    *, actor: Actor, source: GuideSource, stream: BinaryIO, reading: Reading, now: datetime
) -> GuideReport:
    """Bring a whole guide in from a stream; the same one again changes nothing.

    Raises NotAGuide and GuideBroken, and then nothing was changed; GuideBusy while the source is being imported
    elsewhere. What it does not speak of (other days, other channels) stays.
    """
    with _alone(source, reading.spool), Spool(reading.spool) as spool:
        count = Count()
        categories = _mapped_categories(source)
        errors = _take_in(spool, reading, stream, ZoneInfo(source.time_zone), _Known(source, categories), count)
        channels, made = _write_channels(source, spool, count, reading.guard)
        _ask_for_mappings(source, spool)
        Writer(source, categories, count, reading.guard).write(
            spool, channels, made, lambda done: reading.progress("writing", done, len(channels))
        )
        report = _report(count, errors)
        with transaction.atomic():
            reading.guard()
            _remember(actor, source, report, now)
    if count.channels_created or count.channels_updated:
        match_guides_of_source(actor=actor, source=source)
    return report


def ensure_source(*, actor: Actor, name: str, zone: str | None = None) -> GuideSource:
    """Find the guide source with this name, or make one for all operators that is imported by hand.

    `zone` changes the zone of its times without offset. Raises Invalid for an unknown one, for what is no name, and for
    one that sources of several operators have.
    """
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise Invalid(f"a source has a name of 1 to {LONGEST_NAME} characters", "name")
    if zone is not None and zone not in available_timezones():
        raise Invalid(f"there is no time zone {zone}; a known one is Europe/Rome", "timezone")
    called = guide_sources_called(name)
    if len(called) > 1:
        raise Invalid(f"{len(called)} operators have a source called {name}; the console takes files for each", "name")
    source = called[0] if called else GuideSource(name=name, interval_minutes=0)
    source.time_zone = zone or source.time_zone
    save(actor=actor, obj=source)
    return source


class _Known:
    """The fingerprints of a source's programmes: eight bytes each, since a source may have millions."""

    def __init__(self, source: GuideSource, categories: Mapping[str, int]) -> None:
        # A mapping made later must reach what is there: it is as if the guide said something else.
        self.salt = blake2b(repr(sorted(categories.items())).encode(), digest_size=8).digest()
        rows = Programme.objects.filter(guide_channel__source=source).values_list("fingerprint", flat=True)
        self._sorted = array("q", rows.order_by("fingerprint").iterator(ROWS_AT_ONCE))

    def __contains__(self, fingerprint: object) -> bool:
        wanted = cast(int, fingerprint)
        place = bisect_left(self._sorted, wanted)
        return place < len(self._sorted) and self._sorted[place] == wanted


def _take_in(  # noqa: PLR0913 - all that a reading needs
    spool: Spool, reading: Reading, stream: BinaryIO, zone: ZoneInfo, known: _Known, count: Count
) -> int:
    """Read everything into the spool; gives back how many channels and programmes were bad."""
    errors = 0
    for item in reading.read(stream, zone=zone, known=known):
        if isinstance(item, PROGRAMMES):
            spool.add_programme(item)
            if not spool.size % ROWS_AT_ONCE:
                reading.progress("reading", spool.size, 0)
        elif isinstance(item, ChannelDraft):
            spool.add_channel(item)
        else:
            errors += item.is_loss
            count.note(item)
    return errors


@contextmanager
def _alone(source: GuideSource, folder: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"guide-{source.pk}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise GuideBusy(f"{source} is being imported already") from error
        yield


# --- channels and categories ---


@transaction.atomic
def _write_channels(
    source: GuideSource, spool: Spool, count: Count, guard: Callable[[], None]
) -> tuple[dict[str, int], set[int]]:
    """Make the records of the guide's channels.

    Gives their numbers by the guide's ids, in the guide's order, and the numbers of those that are new.
    """
    guard()
    wanted = spool.guide_ids()
    known = {channel.guide_id: channel for channel in GuideChannel.objects.filter(source=source)}
    made, changed = [], []
    for guide_id in wanted:
        draft = spool.channels.get(guide_id) or ChannelDraft(0, guide_id, (guide_id,))
        channel = known.get(guide_id)
        if channel is None:
            made.append(_filled(GuideChannel(source=source, guide_id=guide_id), draft))
        elif guide_id in spool.channels and _names_of(channel) != _names_of(_filled(channel, draft)):
            changed.append(channel)
    GuideChannel.objects.bulk_create(made, batch_size=500)
    GuideChannel.objects.bulk_update(changed, ["name", "names", "icon_url"], batch_size=100)
    count.channels_created, count.channels_updated = len(made), len(changed)
    announce(operator_id=source.operator_id, entity=GUIDE_CHANNEL, object_ids=[channel.pk for channel in changed])
    numbers = dict(GuideChannel.objects.filter(source=source).values_list("guide_id", "pk"))
    return {guide_id: numbers[guide_id] for guide_id in wanted}, {numbers[channel.guide_id] for channel in made}


def _names_of(channel: GuideChannel) -> tuple[str, tuple[str, ...], str]:
    return channel.name, tuple(channel.names), channel.icon_url


def _filled(channel: GuideChannel, draft: ChannelDraft) -> GuideChannel:
    names = [name[:LONGEST_WORD] for name in draft.names]
    channel.name = names[0] if names else draft.guide_id
    channel.names = names
    if not channel.has_own_icon:
        channel.icon_url = draft.icon_url if len(draft.icon_url) <= 1000 else ""
    return channel


def _mapped_categories(source: GuideSource) -> dict[str, int]:
    """What the source's words for kinds of programmes are here."""
    mapped = GuideCategoryMapping.objects.filter(source=source).exclude(category=None)
    return dict(mapped.values_list("source_category", "category_id"))


def _ask_for_mappings(source: GuideSource, spool: Spool) -> None:
    """Let words never seen wait to be mapped."""
    known = set(GuideCategoryMapping.objects.filter(source=source).values_list("source_category", flat=True))
    words = sorted(word for word in spool.categories - known if 0 < len(word) <= LONGEST_WORD)
    GuideCategoryMapping.objects.bulk_create(
        [GuideCategoryMapping(source=source, source_category=word) for word in words[:MOST_CATEGORIES]],
        batch_size=500,
        ignore_conflicts=True,
    )


# --- what is remembered of an import ---


def _report(count: Count, errors: int) -> GuideReport:
    return GuideReport(
        created=count.created,
        updated=count.updated,
        unchanged=count.unchanged,
        skipped=count.skipped,
        errors=errors,
        problems=tuple(count.problems),
        removed=count.removed,
        repeated=count.repeated,
        channels_created=count.channels_created,
        channels_updated=count.channels_updated,
    )


@transaction.atomic
def _remember(actor: Actor, source: GuideSource, report: GuideReport, now: datetime) -> None:
    source.last_run_at = now
    source.last_outcome = "partly" if report.errors else "good"
    source.last_report = _short(report)
    source.next_run_at = _next_run(source, now)
    source.save()
    record(actor=actor, verb="import", obj=source, changes={k: v for k, v in _short(report).items() if k != "problems"})


def _short(report: GuideReport) -> dict[str, Any]:
    return asdict(replace(report, problems=report.problems[:PROBLEMS_KEPT]))


def _next_run(source: GuideSource, now: datetime) -> datetime | None:
    """When the source is due again, up to a tenth later so that many sources do not ask at one moment."""
    if not source.interval_minutes:
        return None
    return now + timedelta(minutes=source.interval_minutes * uniform(1, 1.1))  # noqa: S311 - spreads load only


def import_from_source(
    *, actor: Actor, source: GuideSource, fetch: Fetch, reading: Reading, now: datetime, is_forced: bool = False
) -> GuideReport:
    """Fetch a source's guide and bring it in, unless the server says that nothing has changed.

    The outcome stays with the source, also that of a failure, which is raised: FetchFailed, NotAGuide, GuideBroken;
    GuideBusy leaves everything to the import that is running. `is_forced` fetches in any case.
    """
    known = Validators() if is_forced else Validators(source.etag, source.last_modified)
    try:
        _check_address(source)
        with fetch(source.url, known=known) as fetched:
            if fetched.stream is None:
                report = GuideReport(is_unmodified=True)
                _remember(actor, source, report, now)
            else:
                report = import_guide(actor=actor, source=source, stream=fetched.stream, reading=reading, now=now)
            _remember_validators(source, fetched.validators)
    except GuideBusy:
        raise
    except HeadendError as error:
        _remember_failure(actor, source, error, now)
        raise
    return report


def import_upload(
    *, actor: Actor, source: GuideSource, stream: BinaryIO, reading: Reading, now: datetime
) -> GuideReport:
    """Bring a guide in that somebody handed over; the outcome stays with the source, also that of a failure.

    Raises what `import_guide` raises.
    """
    try:
        return import_guide(actor=actor, source=source, stream=stream, reading=reading, now=now)
    except GuideBusy:
        raise
    except HeadendError as error:
        _remember_failure(actor, source, error, now)
        raise


def _check_address(source: GuideSource) -> None:
    """An operator's staff may not read this machine's files through a source; those of all operators may."""
    if source.operator_id and not source.url.lower().startswith(("http://", "https://")):
        raise FetchFailed("an operator's own source is fetched from an http(s) address only")


def _remember_validators(source: GuideSource, validators: Validators) -> None:
    source.etag = validators.etag[:200]
    source.last_modified = validators.last_modified[:100]
    source.save(update_fields=["etag", "last_modified"])


@transaction.atomic
def _remember_failure(actor: Actor, source: GuideSource, error: HeadendError, now: datetime) -> None:
    place_of = error.place if isinstance(error, Invalid) else ""
    source.last_run_at = now
    source.last_outcome = "failed"
    source.last_report = {"error": str(error), "place": place_of}
    source.next_run_at = _next_run(source, now)
    source.save()
    record(actor=actor, verb="import", obj=source, changes={"error": str(error), "place": place_of})


# --- keeping house ---


def forget_programmes(*, before: int) -> int:
    """Delete programmes that were over before this moment (seconds since the epoch); gives back how many."""
    return forget(Programme.objects.filter(stop__lt=before))

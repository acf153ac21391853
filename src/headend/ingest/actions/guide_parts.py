"""Events and XMLTV files of packages go into the guide, by the same import as every other guide.

An import brings a guide in line with what a source says of a time, so that events that come one by one are first
joined with what stands around them. An event that moves takes its programme along; what others have placed where an
event begins or lasts gives way to it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from headend.catalog.actions.guide import Reading, import_guide
from headend.catalog.actions.guide_matches import match_guides_of_source
from headend.catalog.actions.guide_programmes import GUIDE_CHANNEL
from headend.catalog.errors import GuideBroken, NotAGuide
from headend.catalog.models import Channel, GuideChannel, GuideSource, Programme
from headend.catalog.ports import (
    GuideItem,
    GuideReport,
    Known,
    KnownProgramme,
    ProgrammeDetails,
    ProgrammeDraft,
)
from headend.ingest.errors import PackageRefused
from headend.ingest.models import EventPlace, Inbox, LogEntry, LogLevel
from headend.ingest.ports import GuideEvent, Package, Profile
from headend.ingest.rules.states import LoadMode
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import announce, save

PLACES_KEPT = timedelta(days=60)
"""So long after its beginning an event is still known by its number."""
AT_ONCE = 500
FOREVER = 2**62
MOST_AT_A_TIME = 50
"""Events of one channel that may run over one another; of more, some are taken for over."""


def source_of(*, actor: Actor, inbox: Inbox, profile: Profile) -> GuideSource:
    """The guide source that an inbox's guides go into; made with the first of them. Raises PackageRefused where it is
    not the operator's own, since what one writes there all would see."""
    # As the records have it: what the caller holds may name a source that a failed transaction has taken back.
    kept: Inbox = Inbox.objects.select_related("guide_source").get(pk=inbox.pk)
    if kept.guide_source is None:
        name = f"{kept.name[:80]} (ingest {kept.pk})"
        source = GuideSource(operator_id=kept.operator_id, name=name, interval_minutes=0, time_zone=str(profile.zone))
        save(actor=actor, obj=source)
        kept.guide_source = source
        save(actor=actor, obj=kept)
    if kept.guide_source.operator_id != kept.operator_id:
        raise PackageRefused(f"the guide source {kept.guide_source} is not this operator's own")
    return kept.guide_source


def publish_guide(  # noqa: PLR0913 - all that a guide is made of
    *, actor: Actor, inbox: Inbox, profile: Profile, path: Path, reading: Reading, now: datetime
) -> GuideReport:
    """Bring an XMLTV file in; the same one again changes nothing. It may take minutes, and writes in short transactions
    of its own unless the caller has one. Raises PackageRefused."""
    source = source_of(actor=actor, inbox=inbox, profile=profile)
    try:
        with path.open("rb") as stream:
            return import_guide(actor=actor, source=source, stream=stream, reading=reading, now=now)
    except (NotAGuide, GuideBroken) as error:
        raise PackageRefused(f"{path.name}: {error}") from error


@transaction.atomic
def publish_events(
    *, actor: Actor, inbox: Inbox, package: Package, profile: Profile, spool: Path, now: datetime
) -> GuideReport:
    """Insert, update and take away programmes by their events' numbers; done twice, nothing changes.

    Raises PackageRefused, with the event's line, where an event is for a channel that the operator does not have.
    """
    _check_services(inbox, package.events)
    source = source_of(actor=actor, inbox=inbox, profile=profile)
    places = _Places(source, package.events)
    places.clear()
    reading = Reading(_Joined(source, places).read, spool)
    report = import_guide(actor=actor, source=source, stream=BytesIO(), reading=reading, now=now)
    places.write(now)
    _tell_of_hidden(actor, inbox, source, places.lasting, now)
    return report


def _tell_of_hidden(
    actor: Actor, inbox: Inbox, source: GuideSource, events: Iterable[GuideEvent], now: datetime
) -> None:
    """Note in the log where a channel has its guide from elsewhere: nobody sees its events until staff choose this."""
    wanted = {event.service for event in events}
    if wanted - _shown(inbox, source):
        match_guides_of_source(actor=actor, source=source)
    for service in sorted(wanted - _shown(inbox, source)):
        text = f"channel {service} has its guide from elsewhere: its events are not seen until {source} is its guide"
        LogEntry.objects.create(
            operator_id=inbox.operator_id, inbox=inbox, at=now, level=LogLevel.WARNING, text=text[:500]
        )


def _shown(inbox: Inbox, source: GuideSource) -> set[str]:
    channels = Channel.objects.of(inbox.operator_id).filter(guide_channel__source=source)
    return set(channels.values_list("guide_channel__guide_id", flat=True))


def _check_services(inbox: Inbox, events: Iterable[GuideEvent]) -> None:
    wanted: dict[str, GuideEvent] = {}
    for event in events:
        wanted.setdefault(event.service, event)
    unknown = set(wanted) - _known_services(inbox, wanted)
    if unknown:
        first = min((wanted[service] for service in unknown), key=lambda event: event.line)
        raise PackageRefused(f"line {first.line}: there is no channel {first.service} (ServiceId)")


def _known_services(inbox: Inbox, services: Collection[str]) -> set[str]:
    """Those by which a channel of the operator is known: as the id of its guide, or as its name in any case."""
    channels = Channel.objects.of(inbox.operator_id)
    folded = {service.casefold() for service in services}
    rows = channels.values_list("guide_id", "name", "guide_channel__guide_id")
    names = {str(name).casefold() for row in rows.iterator() for name in row if name} & folded
    return {service for service in services if service.casefold() in names}


# --- what moves, and what gives way ---


class _Spans:
    """The times that events take, by channel."""

    def __init__(self, events: Iterable[GuideEvent]) -> None:
        self._by_service: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for event in events:
            self._by_service[event.service].append((start_of(event), int(event.ends_at.timestamp())))
        for spans in self._by_service.values():
            spans.sort()

    def __iter__(self) -> Iterator[tuple[str, int, int]]:
        """Each channel with where its first event begins and its last one ends."""
        for service, spans in self._by_service.items():
            yield service, spans[0][0], max(end for _, end in spans)

    def take(self, service: str, start: int) -> bool:
        """Say whether a moment is in one of a channel's events."""
        spans = self._by_service[service]
        place = bisect_right(spans, (start, FOREVER))
        return any(start < end for _, end in spans[max(0, place - MOST_AT_A_TIME) : place])


def start_of(event: GuideEvent) -> int:
    """When an event begins, as Programme.start has it."""
    return int(event.starts_at.timestamp())


class _Places:
    """Where the events of a package stand in the guide, before and afterwards."""

    def __init__(self, source: GuideSource, events: Sequence[GuideEvent]) -> None:
        self._source = source
        self._events = {event.number: event for event in events}
        self.lasting = [event for event in events if event.load_mode is not LoadMode.UNPUBLISH]
        self.spans = _Spans(self.lasting)
        self._stay: set[str] = set()
        self._leave: list[EventPlace] = []
        for place in self._known():
            event = self._events[place.number]
            here = (event.service, start_of(event)) == (place.guide_channel.guide_id, place.start)
            if here and event.load_mode is not LoadMode.UNPUBLISH:
                self._stay.add(place.number)
            else:
                self._leave.append(place)

    def _known(self) -> Iterator[EventPlace]:
        for numbers in portions(list(self._events), AT_ONCE):
            places = EventPlace.objects.filter(source=self._source, number__in=numbers)
            yield from places.select_related("guide_channel")

    def clear(self) -> None:
        """Take away the programmes of events that move or go."""
        starts: dict[int, list[int]] = defaultdict(list)
        for place in self._leave:
            starts[place.guide_channel_id].append(place.start)
        for channel, moments in starts.items():
            for some in portions(moments, AT_ONCE):
                Programme.objects.filter(guide_channel=channel, start__in=some).delete()
        announce(operator_id=self._source.operator_id, entity=GUIDE_CHANNEL, object_ids=sorted(starts))

    def write(self, now: datetime) -> None:
        """Remember where the events stand now, and forget those that gave way to them or are long over."""
        channels = dict(GuideChannel.objects.filter(source=self._source).values_list("guide_id", "pk"))
        gone = [place.pk for place in self._leave]
        gone += [
            pk for service, low, high in self.spans for pk in self._overtaken(service, channels[service], low, high)
        ]
        for some in portions(gone, AT_ONCE):
            EventPlace.objects.filter(pk__in=some).delete()
        new = [event for event in self.lasting if event.number not in self._stay]
        EventPlace.objects.bulk_create(
            (self._place(event, channels[event.service]) for event in new), batch_size=AT_ONCE
        )
        EventPlace.objects.filter(source=self._source, start__lt=int((now - PLACES_KEPT).timestamp())).delete()

    def _overtaken(self, service: str, channel: int, low: int, high: int) -> Iterator[int]:
        near = EventPlace.objects.filter(source=self._source, guide_channel=channel, start__gte=low, start__lt=high)
        for pk, number, start in near.values_list("pk", "number", "start"):
            if number not in self._events and self.spans.take(service, start):
                yield pk

    def _place(self, event: GuideEvent, channel: int) -> EventPlace:
        return EventPlace(source=self._source, number=event.number, guide_channel_id=channel, start=start_of(event))


class _Joined:
    """Events with what stands around them, as a guide: the import then finds nothing missing that nobody took away."""

    def __init__(self, source: GuideSource, places: _Places) -> None:
        self._source = source
        self._places = places

    def read(self, stream: BinaryIO, *, zone: tzinfo, known: Known | None = None) -> Iterator[GuideItem]:
        """See catalog.ports.GuideFormat; there is nothing in the stream."""
        del stream, zone, known
        for service, low, high in self._places.spans:
            yield from self._around(service, low, high)
        yield from map(_programme, self._places.lasting)

    def _around(self, service: str, low: int, high: int) -> Iterator[KnownProgramme]:
        there = Programme.objects.filter(
            guide_channel__source=self._source, guide_channel__guide_id=service, start__gte=low, start__lt=high
        )
        for start, stop, fingerprint in there.values_list("start", "stop", "fingerprint"):
            if not self._places.spans.take(service, start):
                yield KnownProgramme(0, service, start, stop, fingerprint)


def _programme(event: GuideEvent) -> ProgrammeDraft:
    details = ProgrammeDetails(
        language=event.language,
        description=event.description or event.short_description,
        categories=(event.category,) if event.category else (),
        keywords=(event.kind,) if event.kind else (),
        date=str(event.year or ""),
        countries=(event.country,) if event.country else (),
        ratings={"": event.rating} if event.rating else {},
    )
    stop = int(event.ends_at.timestamp())
    return ProgrammeDraft(event.line, event.service, start_of(event), stop, event.title, event.age, details)

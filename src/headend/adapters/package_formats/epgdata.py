"""`epgdata`, events of the guide one by one, inserted and updated by their EventId.

Source: the ingest system that the reference notes distil; times are local and without offset.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from headend.adapters.package_formats.markup import Element, Rooted
from headend.adapters.package_formats.values import LONGEST_SECONDS, Notes, Said
from headend.ingest.errors import NotAPackage
from headend.ingest.ports import GuideEvent, Package, Parsed, Profile
from headend.ingest.rules.states import Kind, LoadMode

GUIDE = "guide"
"""What identifies a guide: one for all, so that guides are published in the order in which they came."""
MOST_EVENTS = 10_000
LONGEST_NUMBER, LONGEST_SERVICE = 100, 200
TOLERANCE = 60
"""Seconds that an event's duration and its times may differ by."""


class EpgData(Rooted):
    """See ingest.ports.PackageFormat."""

    name: ClassVar[str] = "epgdata"
    root: ClassVar[str] = "epgdata"

    def read(self, data: bytes, profile: Profile) -> Parsed:
        """See PackageFormat."""
        notes = Notes(profile)
        events = _Events(notes)
        root = self.tree(data, items=("event",), take=events.take)
        found = tuple(events.found.values())
        if not found:
            notes.add("no_titles", Said("", root.line, root.name))
        inserts = all(each.load_mode is LoadMode.INSERT for each in found)
        return notes.parsed(
            [
                Package(
                    format=self.name,
                    kind=Kind.GUIDE,
                    asset=GUIDE,
                    load_mode=LoadMode.INSERT if inserts else LoadMode.UPDATE,
                    provider=next((each.provider for each in found if each.provider), ""),
                    events=found,
                )
            ]
        )


class _Events:
    """Takes events as they are read; of several with one EventId the last counts."""

    def __init__(self, notes: Notes) -> None:
        self.found: dict[str, GuideEvent] = {}
        self._notes = notes
        self._count = 0

    def take(self, element: Element) -> None:
        self._count += 1
        if self._count > MOST_EVENTS:
            raise NotAPackage(f"more than {MOST_EVENTS} events; several files can have them", element.line)
        event = self._event(element)
        if event is None:
            return
        if self.found.pop(event.number, None):
            self._notes.add("repeated_event", Said(event.number, element.line, "EventId"))
        self.found[event.number] = event

    def _event(self, element: Element) -> GuideEvent | None:
        """An event; None, and a refusal, when it cannot be used."""
        number, service, title = self._names(element)
        starts_at, ends_at = self._times(element)
        if not (number and service and title and starts_at and ends_at):
            return None
        ratings = [said] if (said := _said(element, "AgeRating")).text else []
        return GuideEvent(
            number=number,
            service=service,
            starts_at=starts_at,
            ends_at=ends_at,
            title=title,
            load_mode=self._notes.load_mode(_said(element, "LoadMode"))
            or self._notes.profile.load_mode
            or LoadMode.INSERT,
            kind=element.words("EventType"),
            category=element.words("Category"),
            rating=element.words("AgeRating"),
            age=self._notes.age(ratings),
            country=element.words("Country"),
            short_description=element.words("ShortDescription"),
            description=element.words("LongDescription"),
            year=self._notes.year(_said(element, "Year")),
            provider=element.words("Provider"),
            language=next(iter(self._notes.languages([_said(element, "Language")])), ""),
            line=element.line,
        )

    def _names(self, element: Element) -> tuple[str, str, str]:
        """The event's number, its channel and its title; "" and a refusal for what is not there."""
        values = []
        for name, fault in (("EventId", "no_event_id"), ("ServiceId", "no_service"), ("Title", "no_event_title")):
            values.append(element.words(name))
            if not values[-1]:
                self._notes.add(fault, Said("", element.line, "Event"))
        if len(values[0]) > LONGEST_NUMBER or len(values[1]) > LONGEST_SERVICE:
            self._notes.add("bad_event_id", Said(values[0], element.line, "Event"))
        return values[0], values[1], values[2]

    def _times(self, element: Element) -> tuple[datetime | None, datetime | None]:
        """When it begins and ends, or where there is no end, when it is over after its duration."""
        starts = _said(element, "StartTime")
        begins = self._moment(starts)
        duration = self._seconds(_said(element, "Duration"))
        ends = _said(element, "EndTime")
        if begins and duration and not ends.text:
            self._notes.add("no_end", starts)
            return begins, begins + timedelta(seconds=duration)
        over = self._moment(ends)
        if begins and over and over <= begins:
            self._notes.add("event_order", ends)
        elif begins and over and duration and abs((over - begins).total_seconds() - duration) > TOLERANCE:
            self._notes.add("event_duration", _said(element, "Duration"))
        return begins, over

    def _moment(self, said: Said) -> datetime | None:
        if not said.text:
            self._notes.add("bad_moment", said)
        return self._notes.moment(said, "bad_moment")

    def _seconds(self, said: Said) -> int:
        """A bare number counts seconds here."""
        bare = said.text.isdigit()
        return (self._notes.number(said, LONGEST_SECONDS, "bad_time") or 0) if bare else self._notes.seconds(said)


def _said(event: Element, name: str) -> Said:
    found = event.first(name)
    return Said(found.text, found.line, name) if found else Said("", event.line, name)

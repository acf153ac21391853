"""Deliveries become tickets: each description in an inbox is read, and its package moves on with all its files.

The ticket is written first and says where the files belong; then they move. Who is killed in between finds by the
ticket what has to be moved still. A refused delivery gets a ticket too, so that staff see it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from headend.ingest.actions.arrivals import Arrivals
from headend.ingest.actions.awaiting import Waitlist
from headend.ingest.actions.delivery import Delivery, read_delivery
from headend.ingest.actions.lease import Fence
from headend.ingest.actions.moving import copy_file, folder, free_name, marked
from headend.ingest.actions.tickets import described, log_entry
from headend.ingest.models import EncryptorKind, Inbox, LogEntry, LogLevel, Ticket, TicketChange
from headend.ingest.packages import deviations_to_json, package_from_json, package_to_json
from headend.ingest.ports import PICTURES, FileRole, Package, Profile, Tools
from headend.ingest.queries import guide_asset, known_fingerprints, same_delivery
from headend.ingest.rules.folders import DISCARDED, ERRORS, FOLDERS, INBOX, folder_of
from headend.ingest.rules.names import plain_name
from headend.ingest.rules.states import Kind, LoadMode, State, Trigger, Work, next_state
from headend.kernel.actor import Actor
from headend.kernel.portions import portions
from headend.operators.actions import insert_many, record_many

AT_ONCE = 50  # deliveries in one transaction
Made: TypeAlias = tuple[Ticket, list[State]]
"""A ticket that is not written yet, and the states that it comes through at once."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes what has arrived in one inbox."""

    actor: Actor
    fence: Fence
    tools: Tools
    data: Path
    inbox: Inbox
    profile: Profile

    def take(self, arrivals: Arrivals, now: datetime) -> Iterator[list[Ticket]]:
        """Take all that has arrived, in the order it came; gives the tickets, whose files are still to be moved."""
        names, waitlist = arrivals.look(), Waitlist(self.inbox, arrivals, now)
        for some in portions(names, AT_ONCE):
            deliveries = list(self._read(arrivals, waitlist, some))
            with self.fence.writing():
                self._recognise(deliveries)
                made = [ticket for each in deliveries for ticket in self._tickets(each, now)]
                self._line_up_guides([ticket for ticket, _states in made if ticket.kind == Kind.GUIDE])
                tickets = self._written(made, now)
            yield tickets  # their files move once the transaction is over
        waitlist.write(self.fence)

    def _read(self, arrivals: Arrivals, waitlist: Waitlist, names: Iterable[str]) -> Iterator[Delivery]:
        source, known = self._folder(INBOX), set[str]()
        for name in names:
            if waitlist.has(name):
                continue
            try:
                delivery = read_delivery(self.inbox, source, name, arrivals, self.tools, self.profile)
            except FileNotFoundError:
                continue  # taken back by its provider
            if delivery.fingerprint in known or waitlist.keeps(delivery):
                continue  # what is the same twice is for the next look
            known.add(delivery.fingerprint)
            yield delivery

    def _recognise(self, deliveries: Iterable[Delivery]) -> None:
        prints = {each.fingerprint: each for each in deliveries}
        for known in known_fingerprints(self.inbox, prints):
            prints[known].repeats = same_delivery(self.inbox, known)

    def _tickets(self, delivery: Delivery, now: datetime) -> Iterator[Made]:
        if delivery.refusal:
            yield self._refused(delivery, now)
            return
        unclaimed = list(delivery.files)
        for number, (package, mine) in enumerate(delivery.shares(), 1):
            files = [name for name in unclaimed if name in mine]
            shared = [name for name in delivery.files if name in mine and name not in unclaimed]
            copies = {name: self._copied(name, f"{delivery.fingerprint[:8]}-{number}") for name in shared}
            yield self._taken(delivery, with_other_names(package, copies), [*files, *copies.values()], now)
            unclaimed = [name for name in unclaimed if name not in mine]

    def _copied(self, name: str, mark: str) -> str:
        """A second name in the inbox for a file that several packages of a description have: each moves its own."""
        path = Path(name)
        other = path.with_name(marked(path.name, mark))
        place = self._folder(INBOX)
        if not (place / other).exists():  # else a process that was ended then has made it
            copy_file(place / name, place / other)
        return str(other)

    def _line_up_guides(self, tickets: Sequence[Ticket]) -> None:
        asset = guide_asset(self.inbox) if tickets else ""
        for ticket in tickets:
            ticket.asset = asset

    def _taken(self, delivery: Delivery, package: Package, files: list[str], now: datetime) -> Made:
        work = self._work(package)
        ticket = self._ticket(delivery, files, now)
        ticket.kind, ticket.asset, ticket.load_mode = package.kind, package.asset[:100], package.load_mode
        ticket.name = (package.title.name if package.title else package.provider)[:200]
        ticket.package = package_to_json(package)
        for name, value in described(work).items():
            setattr(ticket, name, value)
        states = [State.OPEN]
        if not any(each.is_updated for each in package.files):
            states.append(next_state(State.OPEN, Trigger.ROUTE, work))  # there is nothing to check first
        ticket.folder = folder_of(states[-1], work)
        return ticket, states

    def _work(self, package: Package) -> Work:
        moved = [each for each in package.files if each.is_updated]
        wants = self.profile.encrypts if package.wants_encryption is None else package.wants_encryption
        kind = self.inbox.encryptor
        return Work(
            kind=package.kind,
            load_mode=package.load_mode,
            moves_movie=any(each.role is FileRole.MOVIE for each in moved),
            encrypts=kind == EncryptorKind.PLAIN or (wants and kind != EncryptorKind.NONE),
            moves_preview=any(each.role is FileRole.PREVIEW for each in moved),
            covers=sum(each.role in PICTURES for each in moved),
        )

    def _refused(self, delivery: Delivery, now: datetime) -> Made:
        ticket = self._ticket(delivery, delivery.files, now)
        package = delivery.parsed.packages[0] if delivery.parsed.packages else None
        ticket.kind = package.kind if package else Kind.TITLE
        ticket.asset = package.asset[:100] if package else ""
        ticket.load_mode = package.load_mode if package else LoadMode.INSERT
        for name, value in described(Work(kind=Kind(ticket.kind))).items():
            setattr(ticket, name, value)
        ticket.is_open, ticket.closed_at, ticket.folder, ticket.reason = False, now, ERRORS, delivery.refusal[:500]
        return ticket, [State.REJECTED]

    def _ticket(self, delivery: Delivery, files: list[str], now: datetime) -> Ticket:
        return Ticket(
            operator_id=self.inbox.operator_id,
            inbox=self.inbox,
            file_name=delivery.name,
            fingerprint=delivery.fingerprint,
            deviations=deviations_to_json(delivery.parsed.deviations),
            files={name: free_name(name, delivery.fingerprint[:8], self._others()) for name in files},
            moved_from=INBOX,
            arrived_at=now,
            changed_at=now,
        )

    def _others(self) -> list[Path]:
        return [self._folder(name) for name in (*FOLDERS, DISCARDED) if name != INBOX]

    def _folder(self, name: str) -> Path:
        return folder(self.inbox, self.data, name)

    def _written(self, made: Sequence[Made], now: datetime) -> list[Ticket]:
        for ticket, states in made:
            ticket.state = states[-1].value
        tickets = [ticket for ticket, _states in made]
        if tickets:
            insert_many(tickets)
            TicketChange.objects.bulk_create(change for each in made for change in self._history(*each))
            told = [(each, {"state": each.state, "reason": each.reason}) for each in tickets]
            record_many(self.actor, "add", told)
            LogEntry.objects.bulk_create(_told(each, now) for each in tickets)
        return tickets

    def _history(self, ticket: Ticket, states: list[State]) -> Iterator[TicketChange]:
        for left, entered in pairwise(["", *(state.value for state in states)]):
            yield TicketChange(
                ticket=ticket,
                at=ticket.arrived_at,
                state_left=left,
                state_entered=entered,
                actor_name=self.actor.name,
                reason=ticket.reason,
            )


def _told(ticket: Ticket, now: datetime) -> LogEntry:
    level = LogLevel.WARNING if ticket.deviations else LogLevel.INFO
    text = f"{ticket.file_name} taken: {ticket.load_mode} of {ticket.asset}"
    if ticket.state == State.REJECTED:
        level, text = LogLevel.ERROR, f"{ticket.file_name} refused: {ticket.reason}"
    return log_entry(ticket, text, now, level)


def with_other_names(package: Package, names: Mapping[str, str]) -> Package:
    """A package some of whose files are called otherwise; told by their paths."""
    plain = {plain_name(old): plain_name(new) for old, new in names.items()}
    files = tuple(replace(each, name=plain.get(each.name, each.name)) for each in package.files)
    return replace(package, files=files)


def package_of(ticket: Ticket) -> Package:
    """What was read when the ticket was made."""
    return package_from_json(ticket.package)

"""Packages that are handed in over the network: written beside, and put into the inbox whole, the description last."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from headend.ingest.actions.arrivals import UNFINISHED, is_description
from headend.ingest.actions.checksums import checksum
from headend.ingest.actions.moving import folder, make_folders
from headend.ingest.deviations import FAULTS
from headend.ingest.errors import TooLarge, UploadFailed
from headend.ingest.models import Inbox, Ticket
from headend.ingest.rules.folders import INBOX
from headend.ingest.rules.names import fault_of_name
from headend.ingest.rules.states import State
from headend.kernel.actor import Actor
from headend.kernel.errors import Invalid
from headend.operators.actions import record

MOST_COMPARED = 20  # tickets of a description's name


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come in whole and lies in the inbox under a name that nobody looks at."""

    part: Path
    size: int
    sha256: str


def check_name(name: str) -> None:
    """Raise Invalid for what cannot be the name of a file in a package."""
    if fault := fault_of_name(name):
        raise Invalid(FAULTS[fault].text, name[:100])
    if name.lower().endswith(UNFINISHED):
        raise Invalid("a file of this name counts as unfinished", name[:100])


def receive(inbox: Inbox, data: Path, chunks: Iterable[bytes], most: int) -> Received:
    """Write a file beside the inbox's others. Raises TooLarge past `most` bytes, and UploadFailed."""
    try:
        make_folders(inbox, data)
        part = folder(inbox, data, INBOX) / f".{uuid4().hex}.part"
        try:
            return _written(part, chunks, most)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UploadFailed(f"the file cannot be written: {error.strerror or error}") from error


def _written(part: Path, chunks: Iterable[bytes], most: int) -> Received:
    digest, size = hashlib.sha256(), 0
    with part.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise TooLarge(f"more than {most} bytes")
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Received(part, size, digest.hexdigest())


@transaction.atomic
def deliver(*, actor: Actor, inbox: Inbox, data: Path, files: Mapping[str, Received], replaces: bool = False) -> None:
    """Put files into an inbox under their names, descriptions last. With `replaces` a file of the same name that lies
    there gives way; else Invalid is raised. Raises UploadFailed."""
    target = folder(inbox, data, INBOX)
    if there := [name for name in files if not replaces and (target / name).exists()]:
        raise Invalid("a file of this name lies in the inbox already", there[0])
    told = ", ".join(sorted(files))[:500]
    record(actor=actor, verb="import", obj=inbox, changes={"file": told, "size": sum(f.size for f in files.values())})
    try:
        for name in sorted(files, key=is_description):
            os.replace(files[name].part, target / name)
    except OSError as error:
        raise UploadFailed(f"the files cannot be put into the inbox: {error.strerror or error}") from error


def discard(files: Iterable[Received]) -> None:
    """Throw away what was received and will not be delivered."""
    for each in files:
        each.part.unlink(missing_ok=True)


def ticket_for(inbox: Inbox, data: Path, name: str, sha256: str) -> Ticket | None:
    """The ticket that has taken this very description before, so that whoever sends it twice makes no second one.
    What was rejected may come again."""
    taken = Ticket.objects.filter(inbox=inbox, file_name=name).exclude(state=State.REJECTED)
    for ticket in taken.order_by("-pk")[:MOST_COMPARED]:
        kept_as = ticket.files.get(name, name)
        places = [folder(inbox, data, ticket.folder) / kept_as]
        if ticket.moved_from:
            came_as = name if ticket.moved_from == INBOX else kept_as
            places.append(folder(inbox, data, ticket.moved_from) / came_as)
        if any(_digest(place) == sha256 for place in places):
            found: Ticket = ticket
            return found
    return None


def _digest(path: Path) -> str:
    try:
        return checksum(path, "sha256")
    except OSError:
        return ""

"""The steps of a ticket that take their time: looking at its files, encrypting, sending, publishing.

Each begins and ends with a transaction of the lease's holder; what lies between may be ended at any moment, and the
ticket is then where it was before.
"""

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from headend.ingest.actions.checking import check_files
from headend.ingest.actions.checksums import checksum
from headend.ingest.actions.keys import key_for
from headend.ingest.actions.publishing import prepare, publish, unpublish_title
from headend.ingest.actions.taking import package_of
from headend.ingest.actions.tickets import encrypted, note, published, pull, refuse, step_failed
from headend.ingest.actions.transfers import Outgoing, Sender
from headend.ingest.actions.workbench import Workbench
from headend.ingest.deviations import told
from headend.ingest.errors import BrokenOff, EncryptionFailed, LeaseLost, PackageRefused, Stopped, WrongState
from headend.ingest.models import EdgeFile, EncryptorKind, LogLevel, Ticket
from headend.ingest.packages import deviations_to_json
from headend.ingest.ports import ContentKey, Encrypted, FileRole, Package, PackageFile, Profile
from headend.ingest.queries import groups_of, played_of, servers_of, work_of
from headend.ingest.rules.remotes import is_watched, remote_name
from headend.ingest.rules.states import LoadMode, State, Trigger
from headend.kernel.errors import HeadendError
from headend.vod.models import Title

REPLACED_STAY = timedelta(hours=6)
"""How long files stay on edges once others have taken their place: somebody may be watching them."""

log = logging.getLogger(__name__)


Step = Callable[[Workbench, Ticket, Profile], None]


def run_step(bench: Workbench, ticket: Ticket, profile: Profile, step: Step) -> None:
    """Do a ticket's step in a thread, and write down what became of it."""
    try:
        _run(bench, ticket, profile, step)
    except (LeaseLost, WrongState) as error:
        log.info("ticket %s: %s", ticket.pk, error)  # somebody else decides about it now
    except DatabaseError:
        log.exception("ticket %s: what became of its step could not be written down", ticket.pk)
        bench.fence.lost.set()  # the next holder brings everything into order
    finally:
        connection.close()


def _run(bench: Workbench, ticket: Ticket, profile: Profile, step: Step) -> None:
    try:
        step(bench, ticket, profile)
    except Stopped:
        step_back(bench, ticket, "stopped")
    except (LeaseLost, WrongState, OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next package goes on
        with bench.fence.writing():
            give_back(bench, ticket, error)


def give_back(bench: Workbench, ticket: Ticket, error: Exception) -> None:
    """Write down why a step failed, in the caller's transaction; one package's trouble must not hold up the others."""
    now, reason = bench.clock(), str(error)
    if isinstance(error, PackageRefused) or (isinstance(error, EncryptionFailed) and error.is_refused):
        refuse(actor=bench.actor, ticket=ticket, now=now, reason=reason)
        return
    if not isinstance(error, HeadendError | OSError):
        log.error("ticket %s: a defect", ticket.pk, exc_info=error)
        reason = f"a defect, which the program's log describes: {type(error).__name__}"
    has_verdict = not isinstance(error, BrokenOff)
    step_failed(actor=bench.actor, ticket=ticket, now=now, reason=reason, has_verdict=has_verdict)


def step_back(bench: Workbench, ticket: Ticket, reason: str) -> None:
    """Bring a ticket to the state before its step, as if that had never begun."""
    if ticket.state != State.OPEN:
        with bench.fence.writing():
            pull(actor=bench.actor, ticket=ticket, trigger=Trigger.FAILED, now=bench.clock(), reason=reason)


# --- looking at the files ---


def check(bench: Workbench, ticket: Ticket, profile: Profile) -> None:
    """Look at a package's files, then let it wait for what comes next, or refuse it."""
    package = package_of(ticket)
    found = check_files(package, bench.paths_of(ticket), bench.tools.prober, profile, bench.check)
    now, deviations = bench.clock(), [*ticket_deviations(ticket), *deviations_to_json(found)]
    refusals = [each for each in found if each.is_refusal]
    with bench.fence.writing():
        Ticket.objects.filter(pk=ticket.pk).update(deviations=deviations)
        if refusals:
            refuse(actor=bench.actor, ticket=ticket, now=now, reason=told(refusals[0]))
        else:
            pull(actor=bench.actor, ticket=ticket, trigger=Trigger.ROUTE, now=now, attempts=0)
        for each in found:
            level = LogLevel.ERROR if each.is_refusal else LogLevel.WARNING
            note(ticket, told(each), now, level)


def ticket_deviations(ticket: Ticket) -> list[object]:
    """The deviations that a ticket has already, which queries of queues leave out."""
    kept: list[object] = Ticket.objects.values_list("deviations", flat=True).get(pk=ticket.pk)
    return kept


# --- encrypting ---


def encrypt(bench: Workbench, ticket: Ticket, profile: Profile) -> None:
    """Encrypt the movies of a package, which then waits for its transfer."""
    del profile
    _begin(bench, ticket)
    package, made = package_of(ticket), {}
    encryptor = bench.tools.encryptors[ticket.inbox.encryptor]
    for number, movie in enumerate(_updated(package, FileRole.MOVIE)):
        source, target = bench.path_of(ticket, movie.name), bench.work_folder(ticket) / str(number)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        result = encryptor.encrypt(source, target, _key(bench, ticket, source), progress=lambda _: bench.check())
        made[movie.name] = {**asdict(result), "folder": str(number)}
    with bench.fence.writing():
        encrypted(actor=bench.actor, ticket=ticket, now=bench.clock(), encrypted=made)


def _key(bench: Workbench, ticket: Ticket, source: Path) -> ContentKey | None:
    if ticket.inbox.encryptor != EncryptorKind.SHAKA:
        return None
    fingerprint = checksum(source, "sha256", bench.check)
    with bench.fence.writing():
        key = key_for(
            actor=bench.actor,
            ticket=ticket,
            fingerprint=fingerprint,
            sealing_key=bench.tools.sealing_key,
            now=bench.clock(),
        )
    return replace(key, scheme=ticket.inbox.scheme)


# --- sending ---


def transfer(bench: Workbench, ticket: Ticket, profile: Profile) -> None:
    """Bring the movies of a package to all edges, which then waits for its publication."""
    _begin(bench, ticket)
    package = package_of(ticket)
    _send(bench, ticket, package, profile, list(_outgoing(bench, ticket, package, FileRole.MOVIE)))
    with bench.fence.writing():
        pull(actor=bench.actor, ticket=ticket, trigger=Trigger.DONE, now=bench.clock(), attempts=0)


def _send(bench: Workbench, ticket: Ticket, package: Package, profile: Profile, files: list[Outgoing]) -> None:
    Sender(bench).send(ticket, groups_of(ticket, package.groups or profile.groups), files)


def _outgoing(bench: Workbench, ticket: Ticket, package: Package, role: FileRole) -> Iterator[Outgoing]:
    for each in _updated(package, role):
        made = encrypted_of(ticket).get(each.name)
        if made is None:
            yield Outgoing(bench.path_of(ticket, each.name), remote_name(ticket.asset, ticket.pk, each.name))
            continue
        place = ticket.encrypted[each.name]["folder"]
        for name in made.files:
            path = bench.work_folder(ticket) / place / name
            yield Outgoing(path, remote_name(ticket.asset, ticket.pk, f"{place}/{name}"))


def encrypted_of(ticket: Ticket) -> dict[str, Encrypted]:
    """What an encryptor made of a ticket's movies."""
    return {name: msgspec.convert(made, Encrypted) for name, made in ticket.encrypted.items()}


def _updated(package: Package, role: FileRole) -> list[PackageFile]:
    return [each for each in package.files if each.role is role and each.is_updated]


# --- publishing ---


def publish_with_files(bench: Workbench, ticket: Ticket, profile: Profile) -> None:
    """Send covers and previews, then publish: one transaction writes the records and closes the ticket."""
    _begin(bench, ticket)
    package = package_of(ticket)
    _send(bench, ticket, package, profile, list(_outgoing(bench, ticket, package, FileRole.PREVIEW)))
    posters = prepare(
        actor=bench.actor,
        inbox=ticket.inbox,
        package=package,
        profile=profile,
        description=bench.path_of(ticket, ticket.file_name),
        paths=bench.paths_of(ticket),
        pictures=bench.pictures,
        reading=replace(bench.reading, progress=lambda *_: bench.check(), guard=bench.fence.guard),
        now=bench.clock(),
    )
    with bench.fence.writing():
        publish_records(bench, ticket, profile, package, posters)


def publish_records(
    bench: Workbench, ticket: Ticket, profile: Profile, package: Package, posters: Mapping[str, str]
) -> None:
    """Write what a package says into the records and close its ticket, in the caller's transaction."""
    now = bench.clock()
    if work_of(ticket).load_mode is LoadMode.UNPUBLISH:
        unpublish_title(actor=bench.actor, inbox=ticket.inbox, package=package)
        title, stays = None, timedelta()
    else:
        title, stays = _publish(bench, ticket, profile, package, posters), REPLACED_STAY
    published(actor=bench.actor, ticket=ticket, now=now, title=title)
    note(ticket, f"{ticket.load_mode} of {ticket.name or ticket.asset} published", now)
    _mark_replaced(ticket, title, now + stays)


def _publish(
    bench: Workbench, ticket: Ticket, profile: Profile, package: Package, posters: Mapping[str, str]
) -> Title | None:
    remotes = remotes_of(ticket, package)
    return publish(
        actor=bench.actor,
        inbox=ticket.inbox,
        package=package,
        profile=profile,
        remotes=remotes,
        posters=posters,
        servers=servers_of(groups_of(ticket, package.groups or profile.groups)) if remotes else (),
        spool=bench.reading.spool,
        now=bench.clock(),
    )


def remotes_of(ticket: Ticket, package: Package) -> Mapping[str, str]:
    """What players ask edges for, by the names of a package's movies and previews."""
    made = encrypted_of(ticket)
    names = {}
    for each in package.files:
        if each.is_updated and each.role in (FileRole.MOVIE, FileRole.PREVIEW):
            packaged = made.get(each.name)
            name = f"{ticket.encrypted[each.name]['folder']}/{packaged.hls or packaged.dash}" if packaged else each.name
            names[each.name] = remote_name(ticket.asset, ticket.pk, name)
    return names


def _mark_replaced(ticket: Ticket, title: Title | None, after: datetime) -> None:
    files = EdgeFile.objects.of(ticket.operator_id).filter(asset=ticket.asset, remove_after=None)
    there = list(files.values_list("pk", "remote"))
    if there:
        played = played_of(title) if title else set[str]()
        gone = [pk for pk, remote in there if not is_watched(remote, played)]
        EdgeFile.objects.filter(pk__in=gone).update(remove_after=after)


def _begin(bench: Workbench, ticket: Ticket) -> None:
    with bench.fence.writing():
        pull(actor=bench.actor, ticket=ticket, trigger=Trigger.BEGIN, now=bench.clock())

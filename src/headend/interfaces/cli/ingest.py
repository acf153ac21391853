"""`headend ingest`: work off what providers have left, and decide about tickets."""

import json
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from django.conf import settings

from headend.ingest.actions import tickets as actions
from headend.ingest.actions.inboxes import ensure_inbox
from headend.ingest.actions.lease import the_lease
from headend.ingest.actions.serving import Service
from headend.ingest.actions.work import set_work
from headend.ingest.queries import count_by_state, incomplete_packages, ticket_numbered, tickets_of, waiting_packages
from headend.ingest.rules.states import State
from headend.interfaces.cli.app import complain
from headend.interfaces.cli.operators import operator_named
from headend.interfaces.cli.options import Data, Json, OperatorName
from headend.kernel.actor import system
from headend.kernel.errors import HeadendError, Invalid

app = typer.Typer(no_args_is_help=True)
ACTOR = system("headend ingest")
SHOWN = 100

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The ticket's number.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; stands in the ticket's history.")]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the commands work with; a role puts it into the Typer context's `obj`."""

    service: Callable[[threading.Event], Service]


@app.command("run")
def run(  # noqa: PLR0913 - the options of a command are its parameters
    context: typer.Context,
    inbox: Annotated[
        Path | None,
        typer.Option("--inbox", metavar="DIR", file_okay=False, help="Take from this folder alone. [default: all]"),
    ] = None,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End once nothing is left that could be worked on.")
    ] = False,
    operator: OperatorName = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take what has arrived and see it through, until told to stop, or with --until-idle until it is worked off.

    Only one process works at a time; another one stands by until that ends, or with --until-idle until that one has
    worked off what is there. A folder that is no inbox yet becomes one.
    With --json the last line is {"taken", "published", "rejected", "waiting", "seconds"}.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    began = time.monotonic()
    stopping = _stopped_by_signals()
    tools: Tools = context.obj
    service = tools.service(stopping)
    only = _inbox_of(inbox, operator) if inbox is not None else None
    if not until_idle:
        service.work(only)
        return
    counts = service.work_off(only)
    done = {**asdict(counts), "waiting": waiting_packages(), "seconds": round(time.monotonic() - began, 3)}
    typer.echo(json.dumps(done) if as_json else ", ".join(f"{value} {name}" for name, value in done.items()))


def _inbox_of(folder: Path, operator: str) -> Any:
    path = folder.expanduser().absolute()
    try:
        return ensure_inbox(actor=ACTOR, operator=operator_named(operator), path=path, data=settings.HEADEND.data)
    except Invalid as error:
        complain(f"{error.place}: {error}")
        raise typer.Exit(2) from error


def _stopped_by_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


@app.command("tickets")
def show_tickets(
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=f"One of: {', '.join(State)}.")] = "",
    find: Annotated[str, typer.Option("--find", metavar="TEXT", help="Part of an asset, a name or a file.")] = "",
    operator: OperatorName = "",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List tickets, the newest first; with --json all of them, one object a line."""
    del data
    if state and state not in tuple(State):
        complain(f"there is no state {state}; there are {', '.join(State)}")
        raise typer.Exit(2)
    found = tickets_of(operator_named(operator).pk, state, find)
    if as_json:
        for ticket in found.iterator():
            typer.echo(json.dumps(_told(ticket), ensure_ascii=False))
        return
    for ticket in found[:SHOWN]:
        typer.echo(
            f"{ticket.pk:>8} {ticket.state:<17} {ticket.load_mode:<9} {ticket.file_name}  {ticket.name or ticket.asset}"
            + (f"  ({ticket.reason})" if ticket.reason else "")
        )
    total = found.count()
    if total > SHOWN:
        typer.echo(f"... and {total - SHOWN} more; --json has them")


def _told(ticket: Any) -> dict[str, Any]:
    return {
        "number": ticket.pk,
        "state": ticket.state,
        "load_mode": ticket.load_mode,
        "asset": ticket.asset,
        "name": ticket.name,
        "file": ticket.file_name,
        "inbox": ticket.inbox.name,
        "is_held": ticket.is_held,
        "reason": ticket.reason,
        "arrived_at": ticket.arrived_at.isoformat(),
        "changed_at": ticket.changed_at.isoformat(),
    }


@app.command("status")
def show_status(data: Data = None, as_json: Json = False) -> None:
    """Say who works, whether it may, how many tickets are in each state, and what waits for files."""
    del data
    lease = the_lease()
    told: dict[str, Any] = {"holder": lease.holder, "mode": lease.mode, "tickets": count_by_state()}
    told["incomplete"] = [_waiting(each) for each in incomplete_packages()]
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{lease.holder or 'nobody'} works; mode: {lease.mode}")
    for state, number in told["tickets"].items():
        typer.echo(f"{number:>8} {state}")
    for each in told["incomplete"]:
        typer.echo(f"{each['inbox']}: {each['file']} waits for {', '.join(each['missing'])}")


def _waiting(incomplete: Any) -> dict[str, Any]:
    return {
        "inbox": incomplete.inbox.name,
        "file": incomplete.file_name,
        "missing": incomplete.missing,
        "since": incomplete.since.isoformat(),
    }


@app.command("pause")
def pause(
    now: Annotated[bool, typer.Option("--now", help="Do not wait for running steps: they begin anew later.")] = False,
    data: Data = None,
) -> None:
    """Let nothing begin until `resume`; what runs is ended, or with --now stepped back."""
    del data
    set_work(actor=ACTOR, mode="stop" if now else "drain")


@app.command("resume")
def resume(data: Data = None) -> None:
    """Let work go on."""
    del data
    set_work(actor=ACTOR, mode="work")


@app.command("retry")
def retry(number: Number, reason: Reason = "", operator: OperatorName = "", data: Data = None) -> None:
    """Try a ticket's next step now; a rejected one begins anew."""
    _decide(actions.retry, number, operator, reason)


@app.command("hold")
def hold(number: Number, reason: Reason, operator: OperatorName = "", data: Data = None) -> None:
    """Begin no further step of a ticket until it is released."""
    _decide(actions.hold, number, operator, reason)


@app.command("release")
def release(number: Number, reason: Reason = "", operator: OperatorName = "", data: Data = None) -> None:
    """Let a held ticket go on."""
    _decide(actions.release, number, operator, reason)


@app.command("reject")
def reject(number: Number, reason: Reason, operator: OperatorName = "", data: Data = None) -> None:
    """Reject a ticket: its package goes into the folder of errors."""
    _decide(actions.reject, number, operator, reason)


@app.command("reopen")
def reopen(number: Number, reason: Reason, operator: OperatorName = "", data: Data = None) -> None:
    """Begin a ticket that is through anew."""
    _decide(actions.reopen, number, operator, reason)


def _decide(action: Callable[..., Any], number: int, operator: str, reason: str) -> None:
    try:
        ticket = ticket_numbered(operator_named(operator).pk, number)
        decided = action(actor=ACTOR, ticket=ticket, now=datetime.now(UTC), reason=reason)
    except HeadendError as error:
        complain(str(error))
        raise typer.Exit(1) from error
    typer.echo(f"ticket {number}: {decided.state}{', held' if decided.is_held else ''}")

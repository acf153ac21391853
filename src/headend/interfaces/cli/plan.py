"""`headend plan`: what a change of tariffs, channels and prices would do, and doing it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from django.db import DatabaseError

from headend.billing.actions.runs import Report
from headend.interfaces.cli.app import complain
from headend.interfaces.cli.operators import operator_named
from headend.interfaces.cli.options import Data, Json
from headend.interfaces.cli.rows import as_object, in_words, rows_of
from headend.interfaces.console.plan_files import MOST_BYTES, PlanFile, read_plan
from headend.interfaces.console.plans import Outlook, carry_out
from headend.interfaces.console.reach import on_behalf_of
from headend.kernel.actor import system
from headend.kernel.errors import Invalid

app = typer.Typer()
SHOWN = 50


@app.command("plan")
def plan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `headend export plan` wrote, edited.")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it: all of it, or nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say what a file of tariffs and channels would change, who gains and loses what, and what renewals then cost.

    It is found out by writing it and taking it back, so what is shown is what will be. Exit status 0: it can be
    applied, or has been; 1: something is wrong, or the records changed since the export; 2: the call makes no sense.
    """
    del data  # chosen before this module was imported, see headend.interfaces.cli.app
    content = _read(file)
    operator = operator_named(content.operator)
    try:
        outlook = carry_out(
            file=content,
            operator=operator,
            staff=on_behalf_of(operator),
            actor=system("headend plan"),
            now=datetime.now(UTC),
            keep=apply,
        )
    except DatabaseError as error:
        complain(f"nothing was written: {error}")
        raise typer.Exit(1) from error
    typer.echo(json.dumps(_object(outlook), ensure_ascii=False) if as_json else _words(outlook, apply))
    raise typer.Exit(1 if outlook.problems or outlook.is_stale else 0)


def _read(file: Path) -> PlanFile:
    try:
        with file.open("rb") as stream:
            return read_plan(stream.read(MOST_BYTES + 1))
    except OSError as error:
        complain(f"{file} cannot be read: {error.strerror}")
    except Invalid as error:
        complain(f"{file}{f', {error.place}' if error.place else ''}: {error}")
    raise typer.Exit(2)


def _object(outlook: Outlook) -> dict[str, Any]:
    found: dict[str, Any] = {
        "is_stale": outlook.is_stale,
        "is_applied": outlook.is_applied,
        "rows": {
            name: [as_object(row) for row in rows_of(each) if row.state != "unchanged"]
            for name, each in outlook.plans.items()
        },
        "warnings": outlook.warnings,
    }
    if outlook.effects and outlook.before and outlook.after:
        found["effects"] = asdict(outlook.effects)
        found["renewals"] = {
            "before": _amounts(outlook.before.renewals),
            "after": _amounts(outlook.after.renewals),
        }
    if outlook.run_before and outlook.run_after:
        found["next_run"] = {"before": _run(outlook.run_before), "after": _run(outlook.run_after)}
    return found


def _run(report: Report) -> dict[str, Any]:
    counts = {outcome.value: number for outcome, number in report.tally.counts.items() if number}
    failed = {"failed": len(report.failures)} if report.failures else {}
    return {"due": report.due, "sums": _amounts(report.tally.charged)} | counts | failed


def _amounts(sums: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:.2f}" for currency, amount in sums.items()}


def _words(outlook: Outlook, apply: bool) -> str:
    lines = [
        f"{name}, {in_words(row)}"
        for name, each in outlook.plans.items()
        for row in rows_of(each)
        if row.state != "unchanged"
    ]
    lines += [*_effects(outlook), *_money(outlook), *(f"warning: {warning}" for warning in outlook.warnings)]
    return "\n".join([*lines, _end(outlook, apply)])


def _end(outlook: Outlook, apply: bool) -> str:
    if outlook.problems:
        return "nothing was written: mend what was refused"
    if outlook.is_stale:
        return (
            "nothing was written: the records changed since the file was exported; export it anew and repeat the edits"
        )
    if outlook.is_applied:
        return "applied"
    return "nothing was written; --apply does it" if outlook.changes_anything and not apply else "nothing changes"


def _effects(outlook: Outlook) -> list[str]:
    if outlook.effects is None:
        return []
    lines = [
        f"customers: {outlook.effects.anything.gain} gain something, {outlook.effects.anything.lose} lose something"
    ]
    for kind, effects in (("tariff", outlook.effects.tariffs), ("channel", outlook.effects.channels)):
        names = outlook.names[f"{kind}s"]
        for number, effect in list(effects.items())[:SHOWN]:
            some = ", ".join(f"#{each}" for each in (*effect.losers, *effect.gainers))
            lines.append(
                f"{kind} {names.get(number, number)}: {effect.gain} gain it, {effect.lose} lose it ({some}, …)"
            )
        if len(effects) > SHOWN:
            lines.append(f"... and {len(effects) - SHOWN} more; --json has them")
    return lines


def _money(outlook: Outlook) -> list[str]:
    if not (outlook.before and outlook.after and outlook.run_before and outlook.run_after):
        return []
    lines = _changed("all next periods", outlook.before.renewals, outlook.after.renewals)
    old, new = outlook.run_before.tally, outlook.run_after.tally
    lines += _changed("tomorrow's billing run", old.charged, new.charged)
    outcomes = [outcome for outcome in old.counts | new.counts if old.counts[outcome] != new.counts[outcome]]
    return lines + [
        f"tomorrow's billing run, {outcome.value}: {old.counts[outcome]} -> {new.counts[outcome]}"
        for outcome in outcomes
    ]


def _changed(what: str, old: Mapping[str, Decimal], new: Mapping[str, Decimal]) -> list[str]:
    return [f"{what}: {old.get(each, 0):.2f} -> {new.get(each, 0):.2f} {each}" for each in sorted({*old, *new})]

"""`headend test`: sets up all that the tests need, servers and browser included, and runs them."""

import os
import signal
import subprocess
import sys
from typing import Annotated, Literal, NoReturn

import typer

from headend.interfaces.cli import packages
from headend.interfaces.cli.app import INTERRUPTED, complain
from headend.interfaces.cli.databases import SERVERS, ServerFailed
from headend.settings.config import PREFIX, ROOT, SETTINGS

app = typer.Typer()
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
ALLOW_MISSING = "HEADEND_TESTS_ALLOW_MISSING"


@app.command("test", context_settings=PASSED_ON)
def run_tests(
    context: typer.Context,
    database: Annotated[
        Literal["sqlite", "postgresql", "mysql"],
        typer.Option(metavar="sqlite|postgresql|mysql", help="Engine the tests run on; the latter two start a server."),
    ] = "sqlite",
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Skip, instead of fail, tests whose programs are missing.")
    ] = False,
) -> None:
    """Set up all that the tests need and run them with pytest.

    As root, missing programs (browser, servers) are installed from Debian's packages, after they have been named;
    otherwise the tests that need them fail, or are skipped with --allow-missing. All other arguments go to pytest:
    `headend test tests/rules -k parental -n0`. The exit status is pytest's.
    """
    server, needed = SERVERS[database]
    signal.signal(signal.SIGTERM, _end)  # so that servers and tests are stopped then too
    lacking = packages.provide((*packages.ALWAYS, *needed))
    if any(program.name in needed for program in lacking):
        complain(f"--database {database} cannot run without {', '.join(needed)}")
        raise typer.Exit(2)
    try:
        with server() as running:
            status = _run_pytest(context.args, running.url if running else "", allow_missing)
    except ServerFailed as error:
        complain(str(error))
        raise typer.Exit(1) from error
    raise typer.Exit(status)


def _end(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


def _run_pytest(arguments: list[str], database_url: str, allow_missing: bool) -> int:
    # The tests decide every setting themselves.
    ours = {PREFIX + item.name.upper() for item in SETTINGS} | {PREFIX + "DATA"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"HEADEND_DATABASE_URL": database_url, ALLOW_MISSING: "1" if allow_missing else ""}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every worker and every process of a test compiles all code
    chosen = any(argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments)
    workers = [] if chosen else ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
    # Made as the models are, as an empty database is by `headend up`. On the servers tests/conftest.py decides.
    tables = [] if database_url else ["--no-migrations"]
    command = [sys.executable, "-m", "pytest", *workers, *tables, *arguments]
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return INTERRUPTED  # pytest got the signal too and has printed its summary

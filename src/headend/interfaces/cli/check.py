"""`headend check`: everything about the code that a machine can judge without running the service."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from headend.settings.config import ROOT

app = typer.Typer()
PYTHON = sys.executable
BIN = Path(PYTHON).parent


@dataclass(frozen=True, slots=True)
class Check:
    """A command that ends with 0 when all is well; `fix` is run first under --fix."""

    name: str
    command: tuple[str, ...]
    fix: tuple[str, ...] = ()


TRANSLATIONS = (PYTHON, "-m", "headend.interfaces.cli.translations")
CHECKS = (
    Check("format", (f"{BIN}/ruff", "format", "--check", "."), (f"{BIN}/ruff", "format", ".")),
    Check("lint", (f"{BIN}/ruff", "check", "."), (f"{BIN}/ruff", "check", "--fix", ".")),
    Check("types", (f"{BIN}/mypy",)),
    Check("imports", (f"{BIN}/lint-imports", "--no-cache")),
    Check("migrations", (PYTHON, "-m", "headend", "manage", "makemigrations", "--check", "--dry-run")),
    Check("docs", (PYTHON, "docs/generate.py", "--check"), (PYTHON, "docs/generate.py")),
    Check("house", (PYTHON, "-m", "pytest", "-q", "-n0", "tests/architecture")),
    Check("translations", (*TRANSLATIONS, "--check"), TRANSLATIONS),
)
WORKERS = 2


@app.command("check")
def check(
    fix: Annotated[
        bool, typer.Option("--fix", help="First mend what a machine can: format, lint, pages, texts.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where to keep the checks' own data directory.")
    ] = None,
) -> None:
    """Check format, lint, types, import contracts, migrations, generated pages, house rules and translations.

    One line for each, with its time; what it complained about follows. The exit status is 1 when one failed.
    """
    console = Console(highlight=False, soft_wrap=True)
    with TemporaryDirectory(prefix="headend-check-") as temporary:
        environment = os.environ | {"HEADEND_DATA": str((data or Path(temporary)).absolute())}
        if fix:
            for each in CHECKS:
                if each.fix:
                    subprocess.run(each.fix, cwd=ROOT, env=environment, capture_output=True, check=False)
        with ThreadPoolExecutor(WORKERS) as pool:
            failed = [
                name for name, good in pool.map(lambda each: _run(each, environment, console), CHECKS) if not good
            ]
    if failed:
        console.print(f"[red]headend check: {len(failed)} of {len(CHECKS)} failed: {', '.join(failed)}[/red]")
        raise typer.Exit(1)
    console.print(f"[green]headend check: all {len(CHECKS)} good[/green]")


def _run(each: Check, environment: dict[str, str], console: Console) -> tuple[str, bool]:
    started = time.monotonic()
    done = subprocess.run(
        each.command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = done.returncode == 0
    verdict = "[green]good[/green]" if good else "[red]FAILED[/red]"
    console.print(f"{each.name:<14}{verdict}  {time.monotonic() - started:6.1f} s")
    if not good:
        console.print(done.stdout, markup=False)
    return each.name, good

"""`headend bench`: runs the benchmarks in bench/ and compares each ratio with what is asked of it."""

import json
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import django
import typer
from rich.console import Console
from rich.table import Table

from headend.interfaces.cli.app import complain
from headend.interfaces.cli.options import Json
from headend.interfaces.cli.packages import provide
from headend.settings.config import ROOT

app = typer.Typer()
FOLDER = ROOT / "bench"


@app.command("bench")
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; all if none is named.")] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="DIR", help="Where to keep the files made.")] = None,
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="N,N,...", help="Numbers of records, for those that measure growth.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Measure the hot paths: each prints its figures, those of a limit measured in the same run, and the ratio.

    With --json, one JSON object a line for each: name, figures, limit, ratio, required. The exit status is 1 when a
    ratio is below what is required.
    """
    known = benchmarks()
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        complain(f"there is no benchmark {', '.join(unknown)}; there are: {', '.join(known) or 'none yet'}")
        raise typer.Exit(2)
    good = True
    with TemporaryDirectory(prefix="headend-bench-") as temporary:
        _set_up(data or Path(temporary))
        for name in names or known:
            module = import_module(f"bench.{name}")
            if provide(getattr(module, "NEEDS", ())):
                raise typer.Exit(2)
            if sizes:
                _set_sizes(module, sizes)
            print(f"headend: measuring {name} ...", file=sys.stderr)  # noqa: T201
            result = {"name": name} | module.run()
            (_print_json if as_json else _print_table)(result)
            good = good and not list(shortfalls(result))
    raise typer.Exit(0 if good else 1)


def benchmarks() -> list[str]:
    """The modules of bench/ that measure something, which those are that have `run() -> dict`."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if "\ndef run() " in path.read_text(encoding="utf-8"))


def shortfalls(result: dict[str, Any]) -> Iterator[str]:
    """The cases whose ratio is below the required one. Both are a number, or a map from case to number."""
    ratios = _by_case(result["ratio"])
    for case, required in _by_case(result.get("required", {})).items():
        if ratios[case] < required:
            yield case


def _set_sizes(module: Any, text: str) -> None:
    numbers = text.split(",")
    if not hasattr(module, "SIZES") or not all(each.isascii() and each.isdigit() and int(each) for each in numbers):
        complain(f"--sizes is for benchmarks that measure growth, with numbers such as 1000,10000; not {text}")
        raise typer.Exit(2)
    module.SIZES = tuple(sorted(map(int, numbers)))


def _by_case(value: float | dict[str, float]) -> dict[str, float]:
    return value if isinstance(value, dict) else {"ratio": value}


def _set_up(work: Path) -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])  # for processes that they start
    os.environ["HEADEND_DATA"] = str(work.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "headend.settings.django"
    django.setup()


def _print_json(result: dict[str, Any]) -> None:
    print(json.dumps(result), flush=True)  # noqa: T201


def _print_table(result: dict[str, Any]) -> None:
    table = Table("", *(key for key in ("figures", "limit")), title=result["name"], title_justify="left")
    figures, limit = result["figures"], result["limit"]
    for key in dict.fromkeys([*figures, *limit]):
        table.add_row(key, _text(figures.get(key)), _text(limit.get(key)))
    console = Console(highlight=False)
    console.print(table)
    short = set(shortfalls(result))
    required = _by_case(result.get("required", {}))
    for case, ratio in _by_case(result["ratio"]).items():
        wanted = f", required {required[case]:.2f}" if case in required else ""
        console.print(f"  {case}: {ratio:.2f}{wanted}: {'[red]too slow[/red]' if case in short else 'good'}")


def _text(value: Any) -> str:
    return (
        ""
        if value is None
        else f"{value:,.2f}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )

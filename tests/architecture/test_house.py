"""Habits that no linter knows: sizes, names, and what must not stand in the tree."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

from django.apps import apps
from django.db.models import CharField

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 600
LONGEST_MEDIAN_FUNCTION = 10
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "manager", "managers", "misc", "service"}
BANNED_WORDS = re.compile(
    "|".join(
        (
            # Hosts that Python, JavaScript and Debian packages come from: which one is the machine's own business.
            r"pypi\.(org|python)|pythonhosted|npmjs\.(org|com)|deb\.debian\.org|security\.debian\.org",
            r"(?<![\w.$}/])/(work|root)/",  # paths of the place where it was written
            r"/home/(?!someone\b)\w+",
        )
    )
)


def project_files() -> list[Path]:
    """The files that git has or would take; in an unpacked archive all that is not hidden."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else visible_files()
    return sorted(path for name in names if name and (path := ROOT / name).is_file())


def visible_files() -> list[str]:
    """What an unpacked archive holds, without what was made in it since."""
    inside = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.suffix not in {".pyc", ".mo"})
    return [str(path) for path in inside if path.parts[0] != "var" and not any(p.startswith(".") for p in path.parts)]


FILES = project_files()
SOURCES = [path for path in FILES if path.suffix == ".py" and "migrations" not in path.parts]


def test_no_file_is_too_long():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short():
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        if "src" in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert statistics.median(lengths) < LONGEST_MEDIAN_FUNCTION


def test_no_room_for_odds_and_ends():
    ours = [path.relative_to(ROOT) for path in SOURCES if "src" in path.parts]
    assert [path for path in ours if BANNED_NAMES & {*path.with_suffix("").parts}] == []


def test_every_module_says_what_it_is():
    nameless = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name != "apps.py"
        and path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert nameless == []


def test_nothing_names_a_registry_or_the_place_it_was_written():
    here = Path(__file__).resolve()
    found = []
    for path in FILES:
        if path == here:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in BANNED_WORDS.finditer(text)]
    assert found == []


def test_no_build_output_is_committed():
    assert [
        path for path in FILES if path.suffix in {".mo", ".pyc", ".ts", ".sqlite3"} and "fixtures" not in path.parts
    ] == []


def test_every_row_fits_into_mariadb() -> None:
    """A row holds 65,535 bytes there, and a character may need four; texts without a limit lie elsewhere."""
    for model in apps.get_models():
        texts = [field for field in model._meta.concrete_fields if isinstance(field, CharField)]
        width = sum(4 * (field.max_length or 0) + 2 for field in texts) + 16 * len(model._meta.concrete_fields)
        assert width < 65_535, model._meta.label

"""Docs that match the code: generated pages are current, links lead somewhere, every page can be found."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE_PATH = re.compile(r"`((?:src/headend|docs|tests|bench)/[\w./-]+|headend(?:\.[a-z_0-9]+)+)`")
NO_CODE = re.compile(r"headend\.toml|.*\bacme\b.*")  # a file of the operator's; what a recipe is about to make
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_generated_pages_are_current():
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    dead = []
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_that_is_named_is_there(page):
    gone = []
    for name in CODE_PATH.findall(page.read_text(encoding="utf-8")):
        found = (ROOT / name.rstrip("/")).exists() if "/" in name else module_exists(name)
        if not found and not NO_CODE.fullmatch(name):
            gone.append(name)
    assert gone == []


def module_exists(name: str) -> bool:
    """Say whether a dotted name is a module, or something in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath("src", *parts[:end])
        if place.with_suffix(".py").exists():
            return end == len(parts) or parts[end] in place.with_suffix(".py").read_text(encoding="utf-8")
        if place.is_dir():
            return end == len(parts) or parts[end] in (place / "__init__.py").read_text(encoding="utf-8")
    return False


def test_every_page_is_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        waiting += page.glob("*.md") if page.is_dir() else ()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [
            (page.parent / target.partition("#")[0]).resolve()
            for target in LINK.findall(page.read_text(encoding="utf-8"))
            if not re.match(r"[a-z]+:|#", target)
        ]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in seen] == []

"""Guides against bare expat, which only finds where elements begin and end: megabytes per CPU second.

Three cases over a generated guide: reading alone, the first import into SQLite, the same import again. Each runs in a
process of its own, so that its memory is its own too. A guide of a quarter of the size shows how the cost grows.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.parsers import expat

from bench.generate_guide import write_guide
from bench.memory import peak_megabytes

REQUIRED = {"parse": 0.30, "import": 0.10, "reimport": 0.20}
MEGABYTES = float(os.environ.get("HEADEND_BENCH_GUIDE_MB", "200"))
CASES = ("expat", *REQUIRED)


def run() -> dict[str, object]:
    """Measure all cases at the full size and at a quarter of it."""
    with tempfile.TemporaryDirectory(prefix="headend-bench-guide-") as folder:
        small = _measure(Path(folder) / "small", MEGABYTES / 4)
        large = _measure(Path(folder) / "large", MEGABYTES)
    figures: dict[str, float] = {}
    for case in REQUIRED:
        figures[f"{case}_mb_per_cpu_s"] = large[case]["rate"]
        figures[f"{case}_peak_mb"] = large[case]["peak"]
        figures[f"{case}_mb_per_cpu_s_at_a_quarter"] = small[case]["rate"]
        figures[f"{case}_peak_mb_at_a_quarter"] = small[case]["peak"]
    return {
        "figures": figures | {"guide_mb": MEGABYTES},
        "limit": {"expat_mb_per_cpu_s": large["expat"]["rate"], "expat_peak_mb": large["expat"]["peak"]},
        "ratio": {case: round(large[case]["rate"] / large["expat"]["rate"], 3) for case in REQUIRED},
        "required": REQUIRED,
    }


def _measure(data: Path, megabytes: float) -> dict[str, dict[str, float]]:
    data.mkdir()
    write_guide(data / "guide.xml", megabytes)
    _child(data, "prepare")
    measured = {case: _child(data, case) for case in CASES}
    # The machine may have been busier at one time than at another: what can be repeated is measured twice.
    again = {case: _child(data, case) for case in ("reimport", "parse", "expat")}
    return measured | {case: max(measured[case], again[case], key=lambda each: each["rate"]) for case in again}


def _child(data: Path, case: str) -> dict[str, float]:
    environment = os.environ | {"HEADEND_DATA": str(data), "DJANGO_SETTINGS_MODULE": "headend.settings.django"}
    called = [sys.executable, "-m", "bench.guide", case, str(data / "guide.xml")]
    ran = subprocess.run(called, env=environment, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    measured: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return measured


# Each gives the CPU seconds of its work: neither Python nor Django is started in them, as expat's has neither.


def _expat(guide: Path) -> float:
    started = time.process_time()
    with guide.open("rb") as stream:
        parser = expat.ParserCreate()
        while chunk := stream.read(1 << 16):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    return time.process_time() - started


def _parse(guide: Path) -> float:
    from headend.adapters.epg_sources.xmltv import read_xmltv  # noqa: PLC0415 - its memory is not expat's

    started = time.process_time()
    with guide.open("rb") as stream:
        for _ in read_xmltv(stream, zone=UTC):
            pass
    return time.process_time() - started


def _import(guide: Path) -> float:
    import django  # noqa: PLC0415

    django.setup()
    from headend.adapters.epg_sources.xmltv import read_xmltv  # noqa: PLC0415
    from headend.catalog.actions.guide import Reading, ensure_source, import_guide  # noqa: PLC0415
    from headend.kernel.actor import system  # noqa: PLC0415

    actor = system("bench")
    source = ensure_source(actor=actor, name="bench")
    reading = Reading(read_xmltv, guide.parent / "spool")
    started = time.process_time()
    with guide.open("rb") as stream:
        report = import_guide(actor=actor, source=source, stream=stream, reading=reading, now=datetime.now(UTC))
    if not report.created + report.unchanged or report.skipped:
        raise SystemExit(f"the guide did not come in: {report}")
    return time.process_time() - started


def _prepare(_guide: Path) -> float:
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(["manage", "migrate", "--verbosity", "0"])
    return 1.0


_WORKS = {"prepare": _prepare, "expat": _expat, "parse": _parse, "import": _import, "reimport": _import}


def _main(case: str, guide: Path) -> None:
    spent = _WORKS[case](guide)
    print(json.dumps({"rate": round(guide.stat().st_size / 1e6 / spent, 2), "peak": round(peak_megabytes(), 1)}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))

"""Cases that are measured in processes of their own, so that their memory and their caches are their own too."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.memory import peak_megabytes


def measure(module: str, data: Path | str, *arguments: object) -> dict[str, float]:
    """Run `python -m bench.<module> <arguments>` on a data directory, and give what it tells with `tell`."""
    environment = os.environ | {"HEADEND_DATA": str(data), "DJANGO_SETTINGS_MODULE": "headend.settings.django"}
    called = [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]
    ran = subprocess.run(called, env=environment, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
    measured: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return measured


def tell(records: int, spent: float) -> None:
    """Say how many records a second of CPU time were done, and how much memory that took at most, in megabytes."""
    print(json.dumps({"rate": round(records / spent, 1), "peak": round(peak_megabytes(), 1)}))

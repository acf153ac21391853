"""The gate against nginx: single calls by their bytes, and the whole service under a published load."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench import gate_bytes, gate_mix

NEEDS = ("nginx", "wrk")
REQUIRED = gate_bytes.REQUIRED | {"mix": 0.30}


def run() -> dict[str, object]:
    """Measure both, one after the other."""
    with TemporaryDirectory(prefix="headend-bench-mix-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        mix = gate_mix.measure(work)
    single = gate_bytes.measure()
    both = {key: single[key] | mix[key] for key in ("figures", "limit", "ratio")}
    both["figures"]["ratio_to_nginx"] = mix["ratio"]["mix"]
    return both | {"required": REQUIRED}

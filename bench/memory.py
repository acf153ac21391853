"""How much memory a benchmark's process has had."""

from pathlib import Path


def peak_megabytes() -> float:
    """The most memory this program has had; what getrusage says begins with that of the process that started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024

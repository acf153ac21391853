"""The gate: answers devices and players from memory. It holds no records and imports no Django."""

from headend.hotpath.gate.app import Gate
from headend.hotpath.gate.settings import GateSettings

__all__ = ["Gate", "GateSettings"]

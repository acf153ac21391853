"""The gate: answers devices and players from memory. It holds no records and imports no Django."""

from headend.hotpath.gate.app import Gate, GateSettings

__all__ = ["Gate", "GateSettings"]

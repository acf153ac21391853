"""How amounts stand in the records."""

from typing import Any

# Thousandths, for the currencies that have them; fifteen digits, which SQLite too adds up exactly.
AMOUNT: dict[str, Any] = {"max_digits": 15, "decimal_places": 3}

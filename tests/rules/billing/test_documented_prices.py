"""The table of prices in docs/2-operate/billing.md is what the rules say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from headend.billing.rules import Calendar, Offer, Taxes, cost_now

PAGE = Path(__file__).resolve().parents[3] / "docs" / "2-operate" / "billing.md"


def examples() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").split("| today |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("cells", examples(), ids=lambda cells: " ".join(cells))
def test_what_is_due_now(cells: list[str]) -> None:
    today, charge, months, price, activation, discount, tax, due = cells
    offer = Offer(1, "EUR", Decimal(price), Decimal(activation), int(months))
    calendar = Calendar(date.fromisoformat(today), None if charge == "none" else date.fromisoformat(charge))
    taxes = Taxes(Decimal(tax), is_included=False)
    assert str(cost_now(offer, calendar, "EUR", Decimal(discount), taxes)) == due


def test_there_are_examples() -> None:
    assert len(examples()) == 8

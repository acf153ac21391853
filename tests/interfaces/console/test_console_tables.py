"""Cells and files of tables: what is written is read back, and no spreadsheet is ever given a formula."""

import csv
import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from headend.interfaces.console import tables
from headend.interfaces.console.cells import guard, read_cell, unguard, write_cell
from headend.interfaces.console.tables import NotATable, read_table, write_csv, write_xlsx

CELLS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
    st.integers(-(2**53), 2**53),
    st.booleans(),
    st.none(),
)
DANGEROUS = ("=1+1", "+390551234", "-2", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")')


@given(st.text())
def test_a_guarded_text_is_no_formula_and_comes_back(text):
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(guard(text)) == text or text.startswith("'")


@pytest.mark.parametrize("text", DANGEROUS)
def test_csv_has_no_formulas(text):
    rows = list(csv.reader(io.StringIO(b"".join(write_csv([[text]])).decode("utf-8-sig"), newline="")))
    assert rows == [["'" + text]]


@pytest.mark.parametrize("text", [text for text in DANGEROUS if text != "\rx"])
def test_xlsx_has_no_formulas(text):
    book = load_workbook(io.BytesIO(b"".join(write_xlsx([["heading"], [text]]))))
    cell = book.active["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=20))
def test_what_csv_was_given_comes_back(rows):
    headings = [f"column {place}" for place in range(5)]
    found, read = read_table(b"".join(write_csv([headings, *rows])))
    assert found == headings
    said = [[unguard(cell) for cell in row] for row in read]
    assert said == [["" if c is None else str(c).lower() if isinstance(c, bool) else str(c) for c in r] for r in rows]


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_what_xlsx_was_given_comes_back(rows):
    headings = ["a", "b", "c", "d"]
    found, read = read_table(b"".join(write_xlsx([headings, *rows])))
    assert found == headings
    wide = [[*row, *([None] * (4 - len(row)))] for row in rows]
    assert [[cell or None for cell in [*row, *([None] * 4)][:4]] for row in read] == [
        [cell or None for cell in row] for row in wide
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_country_is_read(delimiter):
    text = f"name{delimiter}lcn\r\nПервый{delimiter}1\r\n"
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        headings, rows = read_table(data)
        assert headings == ["name", "lcn"]
        assert list(rows) == [["Первый", "1"]]
    with translation.override("ru"):
        assert list(read_table(text.encode("cp1251"))[1]) == [["Первый", "1"]]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data):
    with suppress(NotATable):
        _, rows = read_table(data)
        assert all(isinstance(row, list) for row in rows)


@given(st.binary(max_size=300))
def test_any_bytes_after_a_zip_mark_are_refused(data):
    with pytest.raises(NotATable):
        list(read_table(b"PK\x03\x04" + data)[1])


def test_a_zip_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    with pytest.raises(NotATable, match="cannot be read"):
        list(read_table(buffer.getvalue())[1])


def test_too_large_tables_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    _, rows = read_table(b"a\n1\n2\n3\n4\n")
    with pytest.raises(NotATable, match="more than 3 rows"):
        list(rows)
    monkeypatch.setattr(tables, "MOST_BYTES", 3)
    with pytest.raises(NotATable, match="larger than"):
        read_table(b"a\n1\n")


def test_a_table_needs_headings():
    for data in (b"", b"\n\n", b",,\n1,2,3\n"):
        with pytest.raises(NotATable, match="name the columns"):
            read_table(data)


NAIVE = datetime(2026, 1, 31, 18, 0, tzinfo=UTC).replace(tzinfo=None)  # as a spreadsheet has it


def field(kind, **options):
    made = kind(**options)
    made.set_attributes_from_name("field")
    return made


@pytest.mark.parametrize(
    ("made", "raw", "value"),
    [
        (field(models.CharField, max_length=9), " BBC ", "BBC"),
        (field(models.CharField, max_length=9), 12.0, "12"),
        (field(models.CharField, max_length=9), "'+39", "+39"),
        (field(models.CharField, max_length=9, null=True), "", None),
        (field(models.IntegerField), "7", 7),
        (field(models.IntegerField), 7.0, 7),
        (field(models.IntegerField, null=True), None, None),
        (field(models.IntegerField, default=5), "", 5),
        (field(models.DecimalField, max_digits=6, decimal_places=2), "9,50", Decimal("9.50")),
        (field(models.DecimalField, max_digits=6, decimal_places=2), 9.5, Decimal("9.5")),
        (field(models.BooleanField), "да", True),
        (field(models.BooleanField), "no", False),
        (field(models.BooleanField, default=True), "", True),
        (field(models.BooleanField), 1.0, True),
        (field(models.JSONField), '{"a": 1}', {"a": 1}),
        (field(models.DateField, null=True), "2026-01-31", date(2026, 1, 31)),
        (field(models.DateField, null=True), NAIVE, date(2026, 1, 31)),
        (field(models.DateTimeField), "2026-01-31T18:00:00+01:00", datetime(2026, 1, 31, 17, 0, tzinfo=UTC)),
        (field(models.DateTimeField), NAIVE, datetime(2026, 1, 31, 18, 0, tzinfo=UTC)),
        (field(models.DateTimeField), "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_cells_are_read_as_their_field_needs(made, raw, value):
    assert read_cell(made, raw) == value


@pytest.mark.parametrize(
    ("made", "raw"),
    [
        (field(models.IntegerField), "seven"),
        (field(models.IntegerField), "1" * 5000),
        (field(models.IntegerField), 7.5),
        (field(models.IntegerField), True),
        (field(models.DecimalField, max_digits=6, decimal_places=2), "NaN"),
        (field(models.DecimalField, max_digits=6, decimal_places=2), "Infinity"),
        (field(models.DecimalField, max_digits=6, decimal_places=2), "1e"),
        (field(models.BooleanField), "maybe"),
        (field(models.JSONField), "{"),
        (field(models.JSONField), "[" * 100_000),
        (field(models.DateField), "31.01.2026"),
        (field(models.DateTimeField), "soon"),
        (field(models.DateTimeField), 5),
    ],
)
def test_cells_that_make_no_sense_are_refused_in_words(made, raw):
    with pytest.raises(ValidationError) as caught:
        read_cell(made, raw)
    assert all(caught.value.messages)


def test_values_are_written_as_tables_have_them():
    assert write_cell(datetime(2026, 1, 31, 18, 0, tzinfo=UTC)) == "2026-01-31T18:00:00+00:00"
    assert write_cell(date(2026, 1, 31)) == "2026-01-31"
    assert write_cell(["IT"]) == '["IT"]'
    assert write_cell({}) == ""
    assert write_cell(Decimal("9.50")) == Decimal("9.50")


def test_a_workbook_made_elsewhere_is_read():
    book = Workbook()
    book.active.append(["lcn", "name"])
    book.active.append([5, "Five"])
    buffer = io.BytesIO()
    book.save(buffer)
    headings, rows = read_table(buffer.getvalue())
    assert (headings, list(rows)) == (["lcn", "name"], [(5, "Five")])
